import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Who waits for a product is told")
struct StoreNotificationTests {
  /// Two customers, a keyboard that the order 1 has bought up, and a mouse that is there.
  private static let shelf = """
    WITH customer AS (INSERT INTO customers (id, name) VALUES ('a', 'A'), ('b', 'B'))
    INSERT INTO products (id, name, price, stock)
    VALUES ('keyboard', 'Keyboard', 49.90, 1), ('mouse', 'Mouse', 19.90, 3)
    """

  private static func waiting(
    _ body: @escaping @Sendable (ContractClient) async throws -> Void
  ) async throws {
    try await ordering(shelf) { client in
      _ = try await client.place(
        #"{"customer_id":"b","items":[{"product_id":"keyboard","quantity":1},"#
          + #"{"product_id":"mouse","quantity":1}]}"#)
      #expect(try await client.subscribe(1, "keyboard") == "1")
      #expect(try await client.due() == [])
      try await body(client)
    }
  }

  @Test("when an order is cancelled")
  func cancelled() async throws {
    try await Self.waiting { client in
      _ = try await client.send("DELETE", "/orders/1")
      #expect(try await client.due() == ["1 keyboard a cancelled 1 order 1"])
    }
  }

  @Test("when an order is edited")
  func edited() async throws {
    try await Self.waiting { client in
      _ = try await client.send(
        "PATCH", "/orders/1", #"{"items":[{"product_id":"keyboard","quantity":0}]}"#)
      #expect(try await client.due() == ["1 keyboard a edited 1 order 1"])
    }
  }

  @Test("when the stock is adjusted")
  func adjusted() async throws {
    try await Self.waiting { client in
      let adjusted = try await client.send(
        "POST", "/products/keyboard/stock", #"{"delta":5,"reason":"delivery"}"#)
      #expect(try adjusted.json["stock"]?.written == "5")
      #expect(try await client.due() == ["1 keyboard a adjusted 5"])
    }
  }

  @Test("when somebody updates the stock in psql")
  func direct() async throws {
    try await Self.waiting { client in
      try await client.run("UPDATE products SET stock = stock + 2")
      #expect(try await client.due() == ["1 keyboard a direct 2"])
    }
  }

  @Test("once, however often the product sells out and comes back")
  func once() async throws {
    try await Self.waiting { client in
      for stock in [3, 4, 0, 7, 0, 1] {
        try await client.run("UPDATE products SET stock = \(stock) WHERE id = 'keyboard'")
      }
      #expect(try await client.due() == ["1 keyboard a direct 3"])

      try await client.run("UPDATE products SET stock = 0")
      #expect(try await client.subscribe(1, "keyboard") == "2")
      #expect(try await client.subscribe(2, "keyboard") == "3")
      try await client.run("UPDATE products SET stock = 9")
      #expect(
        try await client.due() == [
          "1 keyboard a direct 3", "2 keyboard a direct 9", "3 keyboard b direct 9",
        ])
    }
  }

  @Test("not of another product, a retired one, more of what is there, or what is rolled back")
  func silence() async throws {
    try await Self.waiting { client in
      #expect(try await client.subscribe(2, "mouse") == "2")
      try await client.run("UPDATE products SET stock = 50 WHERE id = 'mouse'")
      await #expect(throws: (any Error).self) {
        try await client.run("UPDATE products SET stock = CASE id WHEN 'mouse' THEN -1 ELSE 1 END")
      }
      try await client.run("UPDATE products SET retired_at = now() WHERE id = 'keyboard'")
      _ = try await client.send("DELETE", "/orders/1")
      #expect(try await client.due() == [])
    }
  }

  @Test("after waiting as one subscription, although asked for twice")
  func twice() async throws {
    try await Self.waiting { client in
      #expect(try await client.subscribe(1, "keyboard") == "1")
      #expect(
        try await client.number("SELECT count(*) FROM notification_overview") == 1)
      let view = try await client.database.read(
        "SELECT state, customer_name, stock FROM notification_overview")
      #expect(try view[0].text(0) == "waiting" && view[0].text(1) == "A" && view[0].int(2) == 0)
    }
  }

  @Test("each exactly once while subscribers, buyers, cancels and deliveries meet from two loops")
  func storm() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await asking(of: conninfo) { client in
      try await client.run(unsafe: Self.shelf)
      try await client.run(
        "INSERT INTO customers (id, name) SELECT 'c' || n, 'C' FROM generate_series(1, 40) AS n")
    }
    @Sendable func visitors(_ first: Int) async throws {
      try await asking(of: conninfo) { client in
        _ = await together(60, on: client.database.loop) { number in
          let customer = first + number % 20
          let sku = #"{"sku":"keyboard"}"#
          switch number % 3 {
          case 0:
            _ = try? await client.send("POST", "/store/customers/\(customer)/notifications", sku)
          case 1:
            let bought = try? await client.send("POST", "/store/customers/\(customer)/orders", sku)
            guard let id = try? bought?.json["id"]?.written else { return }
            _ = try? await client.send("DELETE", "/orders/\(id)")
          default:
            _ = try? await client.send("POST", "/products/keyboard/stock", #"{"delta":1}"#)
            _ = try? await client.send("POST", "/products/keyboard/stock", #"{"delta":-1}"#)
          }
        }
      }
    }
    async let others: Void = visitors(23)
    try await visitors(3)
    try await others

    try await asking(of: conninfo) { client in
      try await Invariants.check(client.owner)
      try await client.run("UPDATE products SET stock = 0")
      try await client.run("UPDATE products SET stock = 1")
      let asked = try await client.number("SELECT count(*) FROM stock_subscriptions")
      #expect(asked >= 40)
      #expect(try await client.number("SELECT count(*) FROM stock_notifications") == asked)
      let astray = """
        SELECT count(*) FROM notification_overview
         WHERE state <> 'due' OR due_at < subscribed_at OR delta IS NULL OR delta < 1
        """
      #expect(try await client.number(astray) == 0)
      #expect(
        try await client.number(
          "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0)
    }
  }
}

extension ContractClient {
  /// Asks, for a customer, to be told of a product; the id of the answer.
  fileprivate func subscribe(_ customer: Int, _ sku: String) async throws -> String? {
    let answer = try await send(
      "POST", "/store/customers/\(customer)/notifications", #"{"sku":"\#(sku)"}"#)
    #expect(answer.status == 201, "\(answer.body)")
    return try answer.json["id"]?.written
  }

  /// Who is due, and by what.
  fileprivate func due() async throws -> [String] {
    try await database.read(
      """
      SELECT concat_ws(' ', subscription, product_id, customer_id, cause, delta,
                       'order ' || order_number)
        FROM notification_overview
       WHERE state = 'due'
       ORDER BY notification
      """
    ).map { try $0.text(0) }
  }
}
