import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Goods that come back")
struct ReturnTests {
  /// An order of this body, completed.
  @discardableResult
  private static func sell(_ client: ContractClient, _ body: String) async throws -> String {
    let number = try #require(try await client.place(body)["number"]?.written)
    for status in ["in_progress", "completed"] {
      let answer = try await client.send(
        "PATCH", "/orders/\(number)/status", #"{"status":"\#(status)"}"#)
      try #require(answer.status == 200)
    }
    return number
  }

  private static let order = """
    {"customer_id":"c","items":[{"product_id":"mouse","quantity":2},
     {"product_id":"keyboard","quantity":1},{"product_id":"mouse","quantity":2,"price":5},
     {"name":"Gift","quantity":1,"price":1}]}
    """

  @Test("are counted beside the order, which stays completed, and their stock with them")
  func transcript() async throws {
    try await ordering { client in
      let number = try await Self.sell(client, Self.order)
      let before = try await client.get("/orders/\(number)").json
      let answer = try await client.send(
        "POST", "/orders/\(number)/returns",
        """
        {"items":[{"product_id":"mouse","quantity":3},
                  {"product_id":"keyboard","quantity":1,"restock":false}],"reason":"too small"}
        """)
      #expect(answer.status == 200 && answer.fields["ETag"] == #""4""#)
      let order = try answer.json
      #expect(order["status"]?.text == "completed" && order["items"] == before["items"])
      #expect(order["total_amount"] == before["total_amount"])
      #expect(order["returned_quantity"]?.written == "4")
      // Two at the price of the first line, one at that of the other.
      #expect(order["returned_amount"]?.written == "94.70")
      #expect(before["returned_quantity"] == nil && before["returned_amount"] == nil)
      #expect(try await client.get("/orders/\(number)").json == order)

      let returns = try await client.get("/orders/\(number)/returns")
      #expect(
        returns.timeless == """
          {"items":[{"version":4,"product_id":"mouse","quantity":3,"amount":44.80,"restocked":true,\
          "reason":"too small","who":"api, no token","created_at":"T"},\
          {"version":4,"product_id":"keyboard","quantity":1,"amount":49.90,"restocked":false,\
          "reason":"too small","who":"api, no token","created_at":"T"}],"next":null}
          """)
      let movement = try await client.get("/products/mouse/stock").json["items"]?[0]
      #expect(movement?["cause"]?.text == "returned" && movement?["delta"]?.written == "3")
      #expect(movement?["order_number"]?.written == number)
      #expect(try await client.get("/products/mouse").json["stock"]?.written == "4")
      #expect(try await client.get("/products/keyboard").json["stock"]?.written == "9")

      try await client.sequence()
      let events = try await client.get("/events?types=order.returned").json["items"]
      #expect(events?.items?.count == 1 && events?[0]?["order"]?["version"]?.written == "4")
      let history = try await client.entries(from: "/orders/\(number)/events")
      #expect(history.last?["what"]?.text == "returned")
    }
  }

  @Test("are taken off the report, which says how much came back")
  func report() async throws {
    try await ordering { client in
      let number = try await Self.sell(client, Self.order)
      try await client.refresh()
      let before = try await client.get("/reports/customers/c").body
      #expect(
        before == """
          {"customer_id":"c","customer_name":null,"orders":1,"total_quantity":6,\
          "total_amount":100.70}
          """)
      _ = try await client.send(
        "POST", "/orders/\(number)/returns", #"{"items":[{"product_id":"mouse","quantity":2}]}"#)
      try await client.refresh()
      let after = try await client.get("/reports/customers/c").body
      #expect(
        after == """
          {"customer_id":"c","customer_name":null,"orders":1,"total_quantity":4,\
          "total_amount":60.90,"returned_quantity":2,"returned_amount":39.80}
          """)
      let table = try await client.send("GET", "/reports/customers", fields: ["Accept: text/csv"])
      #expect(table.body.contains(#""c",,1,4,60.90,2,39.80"#))
      let view = try await client.owner.read("SELECT count(*) FROM return_overview")
      #expect(try view[0].int(0) == 1)
    }
  }

  @Test("are never more than was sold and has not come back, and a refusal changes nothing")
  func refused() async throws {
    try await ordering { client in
      let number = try await Self.sell(client, Self.order)
      func back(_ items: String, of order: String? = nil) async throws -> ContractAnswer {
        try await client.send(
          "POST", "/orders/\(order ?? number)/returns", #"{"items":[\#(items)]}"#)
      }
      #expect(try await back(#"{"product_id":"mouse","quantity":3}"#).status == 200)
      let again = try await back(
        #"{"product_id":"mouse","quantity":2},{"product_id":"dime","quantity":1}"#)
      #expect(try again.status == 409 && again.json["code"]?.text == "too_many_returned")
      #expect(
        try again.json["errors"]?.written == """
          [{"field":"items","message":"dime: 1 requested, 0 available","product_id":"dime",\
          "requested":1,"available":0},\
          {"field":"items","message":"mouse: 2 requested, 1 available","product_id":"mouse",\
          "requested":2,"available":1}]
          """)
      #expect(try await client.get("/orders/\(number)").fields["ETag"] == #""4""#)

      _ = try await client.place(
        #"{"customer_id":"c","items":[{"product_id":"dime","quantity":1}]}"#)
      let early = try await back(#"{"product_id":"dime","quantity":1}"#, of: "2")
      #expect(try early.status == 409 && early.json["code"]?.text == "not_returnable")
      #expect(try await back(#"{"product_id":"dime","quantity":1}"#, of: "99").status == 404)
      for (items, violation) in [
        ("", "items:must have 1 to 100 items"),
        (#"{"product_id":"mouse"}"#, "items[0].quantity:is required"),
        (
          #"{"product_id":"mouse","quantity":1},{"product_id":"mouse","quantity":1}"#,
          "items[1].product_id:must be named once"
        ),
        (
          #"{"product_id":"mouse","quantity":1,"restock":"yes"}"#,
          "items[0].restock:must be true or false"
        ),
      ] {
        #expect(try await back(items).violations == [violation])
      }
      let stale = try await client.send(
        "POST", "/orders/\(number)/returns", #"{"items":[{"product_id":"mouse","quantity":1}]}"#,
        fields: ["Content-Type: application/json", #"If-Match: "3""#])
      #expect(stale.status == 412)
      await #expect(throws: (any Error).self) {
        try await client.run("UPDATE orders SET returned_quantity = 1, returned_amount = 1")
      }
      await #expect(throws: (any Error).self) { try await client.run("DELETE FROM order_returns") }
    }
  }

  @Test("lock only the products that are in stock again")
  func locks() async throws {
    try await ordering { client in
      let number = try await Self.sell(client, Self.order)
      // As the role that owns the schema, whose connection stays in this transaction.
      try await client.owner.transaction { transaction throws(PostgresError) in
        _ = try await transaction.run("SELECT FROM products WHERE id = 'mouse' FOR UPDATE")
        let answer = try? await client.send(
          "POST", "/orders/\(number)/returns",
          #"""
          {"items":[{"product_id":"mouse","quantity":1,"restock":false},
                    {"product_id":"keyboard","quantity":1}]}
          """#)
        #expect(answer?.status == 200)
      }
    }
  }

  @Test("come once, however many take them back at the same moment")
  func together() async throws {
    try await ordering { client in
      let number = try await Self.sell(
        client, #"{"customer_id":"c","items":[{"product_id":"dime","quantity":10}]}"#)
      let statuses = await TestSupport.together(24, on: client.database.loop) { _ in
        let answer = try? await client.send(
          "POST", "/orders/\(number)/returns", #"{"items":[{"product_id":"dime","quantity":3}]}"#)
        return answer?.status ?? 0
      }
      #expect(statuses.filter { $0 == 200 }.count == 3)
      #expect(statuses.filter { $0 == 409 }.count == 21)
      let order = try await client.get("/orders/\(number)").json
      #expect(order["returned_quantity"]?.written == "9")
      #expect(try await client.get("/products/dime").json["stock"]?.written == "999")
    }
  }

  @Test("leave stock, history and report true, whatever is sold, taken back and moved")
  func property() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await ordering(RandomOrderLines.products) { client in
      var random = SeededRandom(seed: seed)
      for step in 0..<150 {
        let order = Int.random(in: 1...20, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3:
          let body = #"{"customer_id":"c\#(step % 3)","items":[\#(random.orderLines())]}"#
          _ = try await client.send("POST", "/orders", body)
        case 3..<6:
          let status = ["in_progress", "completed", "cancelled"].randomElement(using: &random)!
          _ = try await client.send(
            "PATCH", "/orders/\(order)/status", #"{"status":"\#(status)"}"#)
        case 6..<9:
          let restock = Bool.random(using: &random)
          let answer = try await client.send(
            "POST", "/orders/\(order)/returns",
            #"{"items":[\#(random.orderLines(with: #","restock":\#(restock)"#))]}"#)
          #expect([200, 404, 409].contains(answer.status), "seed \(seed): \(answer.body)")
        default: try await client.refresh()
        }
      }
      try await client.refresh()
      // Invariants.check() compares all of it at the end.
    }
  }
}
