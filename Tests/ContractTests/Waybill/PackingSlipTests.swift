import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A packing slip")
struct PackingSlipTests {
  private static let order = #"""
    {"customer_id":"c","reference":"<b>PO</b>","note":"Ring \"twice\" & <script>alert(1)</script>",
     "items":[{"product_id":"mouse","quantity":3},{"name":"Gift <i>","quantity":1,"price":1}],
     "ship_to":{"name":"Demo Customer 1","lines":["Demo Street 1"],"postal_code":"12345",
                "city":"Demo Town","country":"DE"}}
    """#

  private static func page(
    _ client: ContractClient, _ path: String = "/orders/1/packing-slip"
  ) async throws -> ContractAnswer {
    try await client.send(
      "GET", path, fields: ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"])
  }

  @Test("says what was ordered, has gone out and is to go out, now and for each parcel")
  func json() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      let whole = try await client.get("/orders/1/packing-slip")
      #expect(whole.status == 200 && whole.fields["ETag"] == #""1""#)
      #expect(whole.fields["Vary"] == "Accept, Accept-Encoding")
      #expect(whole.type == "application/json")
      let slip = try whole.json
      #expect(slip["number"]?.written == "1" && slip["shipment"] == nil)
      #expect(slip["ship_to"]?["city"]?.text == "Demo Town")
      #expect(
        slip["lines"]?.written == """
          [{"product_id":"mouse","name":"Mouse","quantity":3,"shipped":0,"to_ship":3},\
          {"product_id":null,"name":"Gift <i>","quantity":1,"shipped":0,"to_ship":1}]
          """)
      for items in [#","items":[{"product_id":"mouse","quantity":1}]"#, ""] {
        _ = try await client.send(
          "POST", "/orders/1/shipments", #"{"carrier":"Demo Carrier"\#(items)}"#)
      }
      let first = try await client.get("/orders/1/packing-slip?shipment=1").json
      #expect(first["shipment"]?["carrier"]?.text == "Demo Carrier")
      #expect(
        first["lines"]?.written == """
          [{"product_id":"mouse","name":"Mouse","quantity":3,"shipped":1,"to_ship":2,\
          "in_shipment":1},\
          {"product_id":null,"name":"Gift <i>","quantity":1,"shipped":0,"to_ship":1,\
          "in_shipment":0}]
          """)
      let now = try await client.get("/orders/1/packing-slip").json["lines"]
      #expect(now?[0]?["to_ship"]?.written == "0" && now?[0]?["in_shipment"] == nil)

      for (query, status) in [("3", 404), ("0", 400), ("x", 400), ("1001", 400)] {
        let answer = try await client.get("/orders/1/packing-slip?shipment=\(query)")
        #expect(answer.status == status, "\(query)")
      }
      #expect(try await client.get("/orders/9/packing-slip").status == 404)
      let csv = try await client.send(
        "GET", "/orders/1/packing-slip", fields: ["Accept: text/csv"])
      #expect(csv.status == 406)
    }
  }

  @Test("is a page to print, which loads nothing and in which no text is markup")
  func html() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      _ = try await client.send(
        "POST", "/orders/1/shipments", #"{"tracking_number":"<T>&'\""}"#)
      let page = try await Self.page(client, "/orders/1/packing-slip?shipment=1")
      #expect(page.status == 200 && page.type == "text/html; charset=utf-8")
      #expect(page.fields["ETag"] == #""2-html""#)
      #expect(page.fields["Vary"] == "Accept, Accept-Encoding")
      let policy = try #require(page.fields["Content-Security-Policy"])
      #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
      #expect(!policy.contains("unsafe"))
      for text in [
        "Order 1, parcel 1", "&lt;b&gt;PO&lt;/b&gt;", "Gift &lt;i&gt;", "12345 Demo Town",
        "Ring &quot;twice&quot; &amp; &lt;script&gt;alert(1)&lt;/script&gt;",
        "&lt;T&gt;&amp;&#39;&quot;", "In this parcel", "@media print",
      ] {
        #expect(page.body.contains(text), "\(text)")
      }
      #expect(!page.body.contains("<script") && !page.body.contains("<b>"))
      #expect(!page.body.contains("http:") && !page.body.contains("url("))
      let same = try await client.send(
        "GET", "/orders/1/packing-slip?shipment=1",
        fields: ["Accept: text/html", #"If-None-Match: "2-html""#])
      #expect(same.status == 304 && same.body == "")

      // The policy allows the style by its hash.
      let style = PackingSlipPage.style
      let hash = try await client.owner.read(
        "SELECT encode(sha256(convert_to(\(style), 'UTF8')), 'base64')")
      #expect(try hash[0].text(0) == PackingSlipPage.styleHash)
      #expect(page.body.contains("<style>\(style)</style>"))
    }
  }

  @Test("of an order without an address, a note or a name says so, or says nothing")
  func bare() async throws {
    try await ordering { client in
      _ = try await client.place(#"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#)
      let page = try await Self.page(client)
      #expect(page.body.contains("Nobody has said.") && page.body.contains(">Item</td>"))
      #expect(!page.body.contains("<h2>Note</h2>") && !page.body.contains("In this parcel"))
      _ = try await client.send("POST", "/fulfilment/order", #"{"id":"o-1"}"#)
      let empty = try await client.get("/orders/2/packing-slip")
      #expect(try empty.json["lines"]?.written == "[]")
      #expect(try await Self.page(client, "/orders/2/packing-slip").status == 200)
    }
  }
}
