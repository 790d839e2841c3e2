import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Counts of orders")
struct OrderCountTests {
  private static func counts(_ client: ContractClient) async throws -> [String: String] {
    let answer = try await client.get("/orders/counts")
    try #require(answer.status == 200, "\(answer.body)")
    return try (answer.json["items"]?.items ?? []).reduce(into: [:]) { counts, item in
      let key = "\(item["channel"]?.text ?? "") \(item["status"]?.text ?? "")"
      counts[key] = "\(try #require(item["count"]).written) \(try #require(item["more"]).written)"
    }
  }

  @Test("are of each channel and status, also of those that no order has")
  func all() async throws {
    try await ordering { client in
      let order = #"{"customer_id":"c","items":[{"product_id":"dime","quantity":1}]}"#
      for _ in 0..<3 { _ = try await client.place(order) }
      _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"in_progress"}"#)
      _ = try await client.send("DELETE", "/orders/2")
      _ = try await client.send("POST", "/fulfilment/order", #"{"id":"one"}"#)
      let counts = try await Self.counts(client)

      #expect(counts.count == Channel.allCases.count * OrderStatus.allCases.count)
      let some = counts.filter { $0.value != "0 false" }
      #expect(
        some == [
          "api new": "1 false", "api in_progress": "1 false", "api cancelled": "1 false",
          "fulfilment new": "1 false",
        ])
    }
  }

  @Test("stop at a bound, and say that there are more")
  func bound() async throws {
    try await asking { client in
      for statement in [
        "ALTER TABLE orders DISABLE TRIGGER USER", "INSERT INTO customers (id) VALUES ('c')",
        """
        INSERT INTO orders (id, channel, customer_id, status, items, total_quantity, total_amount,
                            version, created_at, updated_at, hidden_at)
        SELECT gen_random_uuid(), channel, 'c', 'new', '[]', 1, 1, 2, now(), now(),
               CASE WHEN n > 1000 AND channel = 'shop' THEN now() END
          FROM generate_series(1, 1001) AS n, unnest(ARRAY['api', 'shop']) AS channel
        """,
      ] { try await client.run(unsafe: statement) }
      let counts = try await Self.counts(client)

      #expect(counts["api new"] == "1000 true" && counts["api completed"] == "0 false")
      #expect(counts["shop new"] == "1000 false", "hidden orders are not counted")
    }
  }
}
