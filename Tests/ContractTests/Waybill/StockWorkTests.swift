import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Stock work")
struct StockWorkTests {
  @Test("sets a stock to what was counted, and writes down the difference")
  func counted() async throws {
    try await ordering { client in
      let counted = try await client.send(
        "PUT", "/products/keyboard/stock", #"{"count":37,"reason":"stock take"}"#)
      #expect(counted.status == 200 && counted.fields["ETag"] == #""2""#)
      #expect(try counted.json["stock"]?.written == "37")
      let movement = try await client.get("/products/keyboard/stock").json["items"]?[0]
      #expect(movement?["delta"]?.written == "27" && movement?["cause"]?.text == "adjusted")
      #expect(movement?["reason"]?.text == "stock take")

      let same = try await client.send("PUT", "/products/keyboard/stock", #"{"count":37}"#)
      #expect(same.status == 200 && same.fields["ETag"] == #""2""#, "nothing has changed")
      let none = try await client.send("PUT", "/products/keyboard/stock", #"{"count":0}"#)
      #expect(try none.json["stock"]?.written == "0")
      let stale = try await client.send(
        "PUT", "/products/keyboard/stock", #"{"count":5}"#,
        fields: ["Content-Type: application/json", #"If-Match: "1""#])
      #expect(stale.status == 412)
      #expect(try await client.send("PUT", "/products/none/stock", #"{"count":5}"#).status == 404)
      for (body, violation) in [
        ("{}", "count:is required"),
        (#"{"count":-1}"#, "count:must be a whole number from 0 to 1000000000000"),
        (#"{"count":1,"delta":1}"#, "delta:is not a known field"),
      ] {
        let answer = try await client.send("PUT", "/products/keyboard/stock", body)
        #expect(try answer.violations == [violation])
      }
    }
  }

  @Test("takes in a delivery of many products at once, all of it or nothing")
  func delivery() async throws {
    try await ordering { client in
      let answer = try await client.send(
        "POST", "/stock",
        """
        {"items":[{"product_id":"webcam","delta":4},{"product_id":"keyboard","delta":-10}],
         "reason":"delivery"}
        """)
      #expect(answer.status == 200)
      #expect(
        answer.timeless == """
          {"items":[{"product_id":"webcam","name":"Webcam","stock":4,"version":2,"updated_at":"T"},\
          {"product_id":"keyboard","name":"Keyboard","stock":0,"version":2,"updated_at":"T"}]}
          """)
      let before = try await client.get("/products").body
      for (items, status, code) in [
        (
          #"{"product_id":"webcam","delta":1},{"product_id":"none","delta":1}"#, 422,
          "unknown_product"
        ),
        (
          #"{"product_id":"webcam","delta":1},{"product_id":"mouse","delta":-6}"#, 409,
          "out_of_stock"
        ),
        (#"{"product_id":"webcam","delta":1000000000000}"#, 409, "stock_too_large"),
        (
          #"{"product_id":"mouse","delta":1},{"product_id":"mouse","delta":1}"#, 400,
          "invalid_request"
        ),
        (#"{"product_id":"mouse","delta":0}"#, 400, "invalid_request"),
        ("", 400, "invalid_request"),
      ] {
        let refused = try await client.send("POST", "/stock", #"{"items":[\#(items)]}"#)
        #expect(refused.status == status, "\(items): \(refused.body)")
        #expect(try refused.json["code"]?.text == code)
      }
      let short = try await client.send(
        "POST", "/stock", #"{"items":[{"product_id":"mouse","delta":-6}]}"#)
      #expect(
        try short.json["errors"]?[0]?.written == """
          {"field":"items","message":"mouse: 6 requested, 5 available","product_id":"mouse",\
          "requested":6,"available":5}
          """)
      #expect(try await client.get("/products").body == before)
    }
  }

  @Test("takes up to 500 products in one call")
  func many() async throws {
    let rows = """
      INSERT INTO products (id, name, price)
      SELECT 'p' || n, 'Product ' || n, 1 FROM generate_series(1, 501) AS n
      """
    try await ordering(rows) { client in
      func body(_ count: Int) -> String {
        let items = (1...count).reversed().map { #"{"product_id":"p\#($0)","delta":\#($0)}"# }
        return #"{"items":[\#(items.joined(separator: ","))]}"#
      }
      let answer = try await client.send("POST", "/stock", body(500))
      #expect(answer.status == 200)
      #expect(try answer.json["items"]?.items?.count == 500)
      #expect(try answer.json["items"]?[0]?["stock"]?.written == "500")
      // The longest ids, numbers and reason, each in the longest form that JSON has for it.
      let id = #":""# + String(repeating: #"\u0070"#, count: 61)
      let items = body(500).replacing(#":"p"#, with: id)
        .replacing(/"delta":[0-9]+/, with: #""delta" : -1000000000000"#).dropLast()
      let reason = String(repeating: #"\ud83d\ude00"#, count: 200)
      let long = try await client.send("POST", "/stock", #"\#(items),"reason":"\#(reason)"}"#)
      #expect(try long.status == 422 && long.json["code"]?.text == "unknown_product")
      let over = try await client.send("POST", "/stock", body(501))
      #expect(try over.violations == ["items:must have 1 to 500 items"])
    }
  }

  @Test("shows what is to be ordered again, where a level was set, and nothing where none was")
  func low() async throws {
    try await ordering { client in
      let product = try await client.get("/products/mouse").json
      #expect(product["reorder_level"] == nil)
      let levelled = try await client.send("PATCH", "/products/mouse", #"{"reorder_level":3}"#)
      #expect(try levelled.json["reorder_level"]?.written == "3")
      _ = try await client.send(
        "POST", "/products", #"{"id":"new","name":"New","price":1,"stock":2,"reorder_level":2}"#)
      func low(_ query: String) async throws -> [String?] {
        try await client.entries(from: "/products?low_stock=\(query)").map { $0["id"]?.text }
      }
      #expect(try await low("true") == ["new"])
      _ = try await client.place(
        #"{"customer_id":"c","items":[{"product_id":"mouse","quantity":2}]}"#)
      #expect(try await low("true") == ["mouse", "new"])
      #expect(try await low("false") == ["keyboard", "dime", "webcam"])
      let cleared = try await client.send("PATCH", "/products/mouse", #"{"reorder_level":null}"#)
      #expect(try cleared.json["reorder_level"] == nil)
      #expect(try await low("true") == ["new"])
      #expect(try await client.get("/products?low_stock=maybe").status == 400)
      let bad = try await client.send("PATCH", "/products/mouse", #"{"reorder_level":-1}"#)
      #expect(bad.status == 400)
    }
  }

  @Test("tells the feed once that a stock has fallen to its level, whoever took the units")
  func told() async throws {
    try await ordering { client in
      _ = try await client.send("PATCH", "/products/mouse", #"{"reorder_level":3}"#)
      func order(_ quantity: Int) async throws {
        _ = try await client.place(
          #"{"customer_id":"c","items":[{"product_id":"mouse","quantity":\#(quantity)}]}"#)
      }
      func events() async throws -> [String] {
        try await client.sequence()
        let page = try await client.get("/events?types=product.low_stock&limit=500").json
        return (page["items"]?.items ?? []).map {
          "\($0["product"]?["id"]?.text ?? "?") \($0["who"]?.text ?? "?")"
        }
      }
      try await order(1)
      #expect(try await events() == [])
      try await order(1)
      try await order(1)
      #expect(try await events() == ["mouse orders that were placed"])
      _ = try await client.send("POST", "/products/mouse/stock", #"{"delta":2}"#)
      _ = try await client.send("PUT", "/products/mouse/stock", #"{"count":0}"#)
      #expect(try await events().count == 2)
      _ = try await client.send("PATCH", "/products/keyboard", #"{"reorder_level":10}"#)
      #expect(try await events().last == "keyboard api, no token")
      for stock in [3, 2] {
        _ = try await client.send(
          "POST", "/products",
          #"{"id":"new-\#(stock)","name":"New","price":1,"stock":\#(stock),"reorder_level":2}"#)
      }
      #expect(try await events().suffix(2) == ["keyboard api, no token", "new-2 api, no token"])
    }
  }
}
