import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The shop, asked from two loops at once")
struct ShopConcurrencyTests {
  /// A shop with its rows, and a buyer there who has placed an order of what is named.
  private func open(
    _ rows: String, _ counts: [(String, Int)] = []
  ) async throws -> (conninfo: String, buyer: Shopper, order: String) {
    let conninfo = try await MigratedDatabase.make()
    let (buyer, order) = try await asking(of: conninfo) { client in
      try await client.run(unsafe: rows)
      let buyer = try await client.shopper()
      return (buyer, counts.isEmpty ? "" : try await buyer.place(client, counts))
    }
    return (conninfo, buyer, order)
  }

  /// Sends `count` requests from each of two loops at the same moment; all statuses.
  private func twice(
    _ count: Int, of conninfo: String,
    _ request: @escaping @Sendable (ContractClient, Int) async throws -> ContractAnswer
  ) async throws -> [Int] {
    @Sendable func once(_ first: Int) async throws -> [Int] {
      try await asking(of: conninfo) { client in
        await together(count, on: client.database.loop) { number in
          (try? await request(client, first + number).status) ?? 0
        }
      }
    }
    async let one = once(0)
    async let other = once(count)
    return try await one + other
  }

  /// A number from the database, after a look at all invariants.
  private func number(_ query: SQL, of conninfo: String) async throws -> Int {
    try await asking(of: conninfo) { client in
      try await Invariants.check(client.owner)
      return try await client.number(query)
    }
  }

  @Test("sells the last unit to one of 50 buyers")
  func lastUnit() async throws {
    let shop = try await open(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 1)")

    let statuses = try await twice(25, of: shop.conninfo) { client, _ in
      try await shop.buyer.send(client, "POST", "/orders", [("p", 1)])
    }

    #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 404 } == 49)
    #expect(try await number("SELECT stock FROM products", of: shop.conninfo) == 0)
  }

  @Test("cancels an order for everybody who asks, and returns its stock once")
  func cancels() async throws {
    let shop = try await open(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 10)", [("p", 4)])

    let statuses = try await twice(20, of: shop.conninfo) { client, _ in
      try await shop.buyer.send(client, "DELETE", shop.order)
    }

    #expect(statuses.allSatisfy { $0 == 200 })
    #expect(try await number("SELECT stock FROM products", of: shop.conninfo) == 10)
    #expect(try await number("SELECT version FROM orders", of: shop.conninfo) == 2)
  }

  @Test("serves buyers of crossed products without a deadlock, each product whole or not at all")
  func crossed() async throws {
    let shop = try await open(
      """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p' || n, 'P', 1, 31 FROM generate_series(1, 4) AS n
      """)

    let statuses = try await twice(30, of: shop.conninfo) { client, buyer in
      let products = (1...4).map { ("p\($0)", 2) }
      return try await shop.buyer.send(
        client, "POST", "/orders", buyer.isMultiple(of: 2) ? products : products.reversed())
    }

    // 15 pairs of each; the last unit is left, as half a wish is none.
    #expect(statuses.count { $0 == 200 } == 15 && statuses.count { $0 == 404 } == 45)
    #expect(try await number("SELECT sum(stock)::bigint FROM products", of: shop.conninfo) == 4)
    let deadlocks: SQL =
      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    #expect(try await number(deadlocks, of: shop.conninfo) == 0)
  }

  @Test("edits an order for many at once: the last count stands, the stock is right")
  func edits() async throws {
    let shop = try await open(
      """
      INSERT INTO products (id, name, price, stock)
      VALUES ('a', 'A', 1, 100), ('b', 'B', 1, 100)
      """, [("a", 1)])

    let statuses = try await twice(12, of: shop.conninfo) { client, number in
      let counts = [("a", number + 1), ("b", number)]
      return try await shop.buyer.send(
        client, "PATCH", shop.order, number.isMultiple(of: 2) ? counts : counts.reversed())
    }

    #expect(statuses.allSatisfy { $0 == 200 })
    let left = try await number("SELECT sum(stock)::bigint FROM products", of: shop.conninfo)
    let held = try await number("SELECT total_quantity FROM orders", of: shop.conninfo)
    #expect(left + held == 200 && !held.isMultiple(of: 2), "a is always one more than b")
  }

  @Test("settles edits against cancels: a cancelled order holds nothing")
  func editsAgainstCancels() async throws {
    let shop = try await open(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 100)", [("p", 1)])

    let statuses = try await twice(10, of: shop.conninfo) { client, number in
      number.isMultiple(of: 3)
        ? try await shop.buyer.send(client, "DELETE", shop.order)
        : try await shop.buyer.send(client, "PATCH", shop.order, [("p", number + 1)])
    }

    #expect(statuses.allSatisfy { $0 == 200 || $0 == 400 })
    #expect(try await number("SELECT stock FROM products", of: shop.conninfo) == 100)
  }
}
