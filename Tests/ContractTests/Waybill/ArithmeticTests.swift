import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

/// The CHECKs that no single value of a request can break, but a sum, a difference or a product of
/// several might.
@Suite("Arithmetic at the limits")
struct ArithmeticTests {
  /// Every CHECK whose column is computed, and what computes it at its limit below.
  private static let computed: Set<String> = [
    "products_stock_range", "orders_lines_hold", "orders_shape", "order_products_quantity_range",
    "order_products_taken_range", "stock_adjustments_delta_moves", "customer_ledger_orders_range",
    "customer_ledger_quantity_range", "customer_ledger_amount_range", "customer_ledger_empty",
  ]

  private static let allOfOne =
    "["
    + Array(repeating: #"{"product_id":"pin","quantity":1000000}"#, count: 100)
    .joined(separator: ",") + "]"

  @Test("a hundred lines of a million of one product are sold, edited, returned and reported")
  func largest() async throws {
    try await ordering { client in
      let product = #"{"id":"pin","name":"Pin","price":9999999999.99,"stock":1000000000000}"#
      #expect(try await client.send("POST", "/products", product).status == 201)

      var paths: [String] = []
      for _ in 0..<3 {
        let order = try await client.place(#"{"customer_id":"c","items":\#(Self.allOfOne)}"#)
        #expect(order["total_quantity"]?.written == "100000000")
        #expect(order["total_amount"]?.written == "999999999999000000.00")
        paths.append("/orders/\(order["id"]?.text ?? "")")
      }
      #expect(try await client.get("/products/pin").body.contains(#""stock":999700000000,"#))

      // An edit names a product once; the same quantity again writes no movement of nothing.
      for (quantity, movements) in [(1, 1), (1_000_000, 1), (1_000_000, 0)] {
        let before = try await client.count("stock_adjustments")
        let edited = try await client.send(
          "PATCH", paths[0], #"{"items":[{"product_id":"pin","quantity":\#(quantity)}]}"#)
        #expect(edited.status == 200, "\(edited.body)")
        #expect(try await client.count("stock_adjustments") == before + movements)
      }
      #expect(try await client.send("DELETE", paths[2]).status == 200)
      #expect(try await client.get("/products/pin").body.contains(#""stock":999899000000,"#))

      for path in paths[0...1] {
        for status in ["in_progress", "completed"] {
          let moved = try await client.send(
            "PATCH", path + "/status", #"{"status":"\#(status)"}"#)
          #expect(moved.status == 200, "\(moved.body)")
        }
      }
      try await client.refresh()
      let report = try await client.get("/reports/customers")
      #expect(
        report.body.contains(
          #""orders":2,"total_quantity":101000000,"total_amount":1009999999998990000.00}"#),
        "\(report.body)")
      try await Invariants.check(client.owner)
    }
  }

  @Test("an order never takes more than there is, nor one line more than fits")
  func refused() async throws {
    try await ordering { client in
      let product = #"{"id":"pin","name":"Pin","price":0,"stock":99999999}"#
      #expect(try await client.send("POST", "/products", product).status == 201)

      let short = try await client.send(
        "POST", "/orders", #"{"customer_id":"c","items":\#(Self.allOfOne)}"#)
      let many = try await client.send(
        "POST", "/orders",
        #"{"customer_id":"c","items":[{"product_id":"pin","quantity":1},"#
          + Self.allOfOne.dropFirst() + "}")

      #expect(short.status == 409 && short.body.contains(#""code":"out_of_stock""#))
      #expect(many.status == 400, "\(many.body)")
      #expect(try await client.get("/products/pin").body.contains(#""stock":99999999,"#))
    }
  }

  @Test("every CHECK is either computed, and tried here, or about one value that a type refuses")
  func complete() async throws {
    try await ordering { client in
      let rows = try await client.owner.read(
        """
        SELECT conname::text FROM pg_constraint
         WHERE contype = 'c' AND connamespace = 'waybill'::regnamespace ORDER BY 1
        """)
      let names = try Set(rows.map { try $0.text(0) })

      #expect(Self.computed.isSubset(of: names), "\(Self.computed.subtracting(names))")
      // One value of a request or of the program, which the value's own type holds to its range;
      // or counters that only grow by one.
      let ofOneValue = names.subtracting(Self.computed)
      let endings = [
        "_form", "_length", "_known", "_positive", "_named", "_range", "_counted", "_definite",
        "_later", "_result",
      ]
      for name in ofOneValue {
        #expect(endings.contains { name.hasSuffix($0) }, "\(name) is not classified")
      }
    }
  }
}
