import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

/// The CHECKs that no single value of a request can break, but a sum, a difference or a product of
/// several might.
@Suite("Arithmetic at the limits")
struct ArithmeticTests {
  /// The CHECKs of what is computed from several values. The tests below compute them from the
  /// largest values that a request may hold, or from more than there is.
  private static let computed: Set<String> = [
    "products_stock_range", "orders_lines_hold", "orders_shape", "order_products_quantity_range",
    "order_products_taken_range", "stock_adjustments_delta_moves", "customer_ledger_orders_range",
    "customer_ledger_quantity_range", "customer_ledger_amount_range", "customer_ledger_empty",
    "customer_ledger_returned_quantity_range", "customer_ledger_returned_amount_range",
    "order_returns_amount_range", "order_returns_never_shipped_range",
    "order_shipments_quantity_positive",
    "day_ledger_amount_range", "day_ledger_orders_range", "day_ledger_quantity_range",
    "day_ledger_returned_amount_range", "day_ledger_returned_quantity_range",
    "product_ledger_amount_range", "product_ledger_orders_range", "product_ledger_quantity_range",
    "product_ledger_returned_amount_range", "product_ledger_returned_quantity_range",
  ]

  /// The CHECKs of one value of a request or of the program, which the value's own type holds to
  /// its range, or of counters that only grow by one.
  private static let single: Set<String> = [
    "console_sessions_end", "console_sessions_hash_length", "imports_byte_range",
    "imports_bytes_range", "imports_file_length", "imports_kind_known", "imports_mode_known",
    "imports_rows_counted", "imports_rows_range", "imports_sha256_length", "imports_stock_known",
    "installation_currency_form", "installation_one_row", "product_ledger_spans",
    "saved_views_name_length", "saved_views_query_length", "saved_views_screen_form",
    "saved_views_version_positive",
    "address_holds", "adjustment_outcome_known", "change_outcome_known",
    "customer_events_what_known",
    "customers_email_length", "feed_ticks_events_range", "product_events_what_known",
    "customers_id_length", "customers_name_length", "customers_version_positive",
    "idempotency_keys_fingerprint_length", "idempotency_keys_id_length",
    "idempotency_keys_key_form", "idempotency_keys_status_definite", "order_events_what_known",
    "order_processes_problem_length", "order_processes_starts_counted",
    "order_processes_unchanged_visits_counted", "order_processes_unknown_visits_counted",
    "order_processes_visits_counted", "order_returns_quantity_positive",
    "order_returns_reason_length", "order_shipments_shipment_range",
    "orders_metadata_holds", "orders_note_length",
    "orders_tags_hold", "products_reorder_level_range", "orders_channel_known",
    "orders_reference_length",
    "orders_shipping_carrier_length", "orders_status_known", "orders_tracking_number_length",
    "orders_version_positive", "placing_outcome_known", "product_id_form",
    "products_description_length", "products_name_length", "products_price_range",
    "products_version_positive", "refresh_outcome_known", "report_refreshes_result",
    "stock_adjustments_cause_known", "stock_adjustments_order_named",
    "stock_adjustments_reason_length", "tokens_customer_named", "tokens_expire_later",
    "tokens_hash_length", "tokens_name_length", "tokens_role_known",
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

      let back = try await client.send(
        "POST", paths[0] + "/returns", #"{"items":[{"product_id":"pin","quantity":1000000}]}"#)
      #expect(back.status == 200, "\(back.body)")
      try await client.refresh()
      let net = try await client.get("/reports/customers")
      let expected =
        #""total_quantity":100000000,"total_amount":999999999999000000.00,"#
        + #""returned_quantity":1000000,"returned_amount":9999999999990000.00}"#
      #expect(net.body.contains(expected), "\(net.body)")

      let sent = try await client.send("POST", paths[1] + "/shipments", "{}")
      #expect(try sent.json["shipped_quantity"]?.written == "100000000", "\(sent.body)")
      let rest = try await client.send("POST", paths[0] + "/shipments", "{}")
      #expect(rest.status == 409, "all of it came back without having been shipped")
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

  @Test("every CHECK is known to be about a computed value, or about one value alone")
  func complete() async throws {
    try await ordering { client in
      let rows = try await client.owner.read(
        """
        SELECT conname::text FROM pg_constraint
         WHERE contype = 'c' AND connamespace = 'waybill'::regnamespace ORDER BY 1
        """)
      let names = try Set(rows.map { try $0.text(0) })

      let unsorted = names.symmetricDifference(Self.computed.union(Self.single))
      #expect(unsorted.isEmpty, "put it into one of the two sets: \(unsorted.sorted())")
    }
  }
}
