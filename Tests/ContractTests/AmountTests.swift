import HTTP
import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("An amount is written with two digits behind its point")
struct AmountTests {
  private static let shelf = """
    INSERT INTO products (id, name, price, stock)
    VALUES ('book', 'Book', 20, 100), ('pen', 'Pen', 0.5, 100), ('leaf', 'Leaf', 0, 100)
    """

  /// What stands behind each of these keys, as it is written. The total of a list, behind which
  /// `total_is` stands, is no amount.
  private static func amounts(_ body: String) -> [String] {
    body.matches(of: /"(price|amount|total_amount|total)":([^,}]*+)(?!,"total_is")/)
      .map { "\($0.2)" }
  }

  @Test("in an order, whatever was done to it")
  func orders() async throws {
    try await ordering(Self.shelf) { client in
      let order = try await client.send(
        "POST", "/orders",
        #"""
        {"customer_id":"c","items":[{"product_id":"book","quantity":1},{"quantity":3,"price":7},
          {"quantity":1,"price":"1.5"}]}
        """#)
      let id = try #require(try order.json["id"]?.text)
      #expect(
        Self.amounts(order.body) == ["20.00", "20.00", "7.00", "21.00", "1.50", "1.50", "42.50"])

      let edited = try await client.send(
        "PATCH", "/orders/\(id)",
        #"""
        {"items":[{"product_id":"book","quantity":2},{"product_id":"pen","quantity":3},
          {"product_id":"leaf","quantity":1}]}
        """#)
      let after = [
        "20.00", "40.00", "7.00", "21.00", "1.50", "1.50", "0.50", "1.50", "0.00", "0.00", "64.00",
      ]
      let lines = #"""
        "items":[{"product_id":"book","name":"Book","quantity":2,"price":20.00,"amount":40.00},\#
        {"product_id":null,"name":null,"quantity":3,"price":7.00,"amount":21.00},\#
        {"product_id":null,"name":null,"quantity":1,"price":1.50,"amount":1.50},\#
        {"product_id":"pen","name":"Pen","quantity":3,"price":0.50,"amount":1.50},\#
        {"product_id":"leaf","name":"Leaf","quantity":1,"price":0.00,"amount":0.00}],\#
        "total_quantity":10,"total_amount":64.00,
        """#
      #expect(edited.body.contains(lines), "\(edited.body)")
      #expect(Self.amounts(edited.body) == after)
      #expect(Self.amounts(try await client.get("/orders/\(id)").body) == after)
      #expect(Self.amounts(try await client.get("/orders").body) == after)
      for (path, body) in [
        ("status", #"{"status":"in_progress"}"#), ("shipping", #"{"carrier":"Demo Carrier"}"#),
        ("status", #"{"status":"completed"}"#),
      ] {
        let answer = try await client.send("PATCH", "/orders/\(id)/\(path)", body)
        #expect(Self.amounts(answer.body) == after, "\(path)")
      }
    }
  }

  @Test("in a product") func products() async throws {
    try await ordering(Self.shelf) { client in
      for (target, method, body, price) in [
        ("/products", "POST", #"{"id":"cup","name":"Cup","price":3}"#, "3.00"),
        ("/products/cup", "PATCH", #"{"price":"4.5"}"#, "4.50"),
        ("/products/cup/stock", "POST", #"{"delta":1}"#, "4.50"),
        ("/products/cup", "DELETE", "", "4.50"),
      ] {
        let answer = try await client.send(method, target, body)
        #expect(Self.amounts(answer.body) == [price], "\(method) \(target): \(answer.body)")
      }
      #expect(Self.amounts(try await client.get("/products/book").body) == ["20.00"])
      #expect(
        Self.amounts(try await client.get("/products").body) == ["20.00", "0.50", "0.00"])
    }
  }

  @Test("in the report, as JSON and as CSV") func report() async throws {
    try await ordering(Self.shelf) { client in
      for body in [
        #"{"customer_id":"a","items":[{"product_id":"book","quantity":5}]}"#,
        #"{"customer_id":"b","items":[{"product_id":"pen","quantity":1}]}"#,
      ] {
        let id = try #require(try await client.place(body)["id"]?.text)
        for status in ["in_progress", "completed"] {
          _ = try await client.send(
            "PATCH", "/orders/\(id)/status", #"{"status":"\#(status)"}"#)
        }
      }
      try await client.refresh()

      let json = try await client.get("/reports/customers")
      let row = try await client.get("/reports/customers/b")
      let csv = try await client.send("GET", "/reports/customers", fields: ["Accept: text/csv"])

      #expect(Self.amounts(json.body) == ["100.00", "0.50"])
      #expect(Self.amounts(row.body) == ["0.50"])
      #expect(
        csv.body.contains(",100.00,0,0.00\r\n") && csv.body.contains(",0.50,0,0.00\r\n"),
        "\(csv.body)")
    }
  }

  @Test("in the store") func store() async throws {
    try await ordering(Self.shelf) { client in
      _ = try await client.send(
        "POST", "/store/customers", #"{"name":"Demo Customer 1","email":"a@example.org"}"#)
      let totals = [("book", "20.00"), ("pen", "0.50"), ("leaf", "0.00")]
      for (sku, total) in totals {
        let order = try await client.send(
          "POST", "/store/customers/1/orders", #"{"sku":"\#(sku)"}"#)
        #expect(Self.amounts(order.body) == [total])
      }
      let list = try await client.get("/store/customers/1/orders")
      #expect(Self.amounts(list.body) == totals.map(\.1))
    }
  }

  @Test("in every example of the document") func document() {
    let text = Described.document().written
    let amounts = Self.amounts(text).filter { $0.first?.isNumber == true }
    #expect(amounts.count > 20)
    #expect(amounts.allSatisfy { $0.wholeMatch(of: /\d+\.\d\d/) != nil }, "\(amounts)")
  }
}
