import EventLoop
import Postgres
import PrivateCluster
import TestSupport
import Testing

@Suite("A batch that waits for locks only for a while")
struct LateLockTests {
  /// A change of product `p` (5 units at 1.00) that is committed after a batch has read it.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: String
    /// What becomes of two orders of two units each, when they are placed again.
    let outcomes: [String]
    let amount: String
    var isConflict = true
  }

  static let cases = [
    Case(
      testDescription: "sold, but enough is left", change: "stock = 4",
      outcomes: ["placed", "placed"], amount: "4.00", isConflict: false),
    Case(
      testDescription: "sold, and too few are left", change: "stock = 3",
      outcomes: ["placed", "out_of_stock"], amount: "2.00"),
    Case(
      testDescription: "at another price", change: "price = 7",
      outcomes: ["placed", "placed"], amount: "28.00"),
    Case(
      testDescription: "renamed", change: "name = 'Another'",
      outcomes: ["placed", "placed"], amount: "4.00"),
    Case(
      testDescription: "retired", change: "retired_at = now()",
      outcomes: ["unknown_product", "unknown_product"], amount: "0"),
  ]

  @Test("sells a product as it is when it is locked", arguments: cases)
  func changed(_ example: Case) async throws {
    try await Self.place(
      besides: "UPDATE products SET \(example.change) WHERE id = 'p'"
    ) { error, session in
      if example.isConflict {
        #expect(error?.serverError?.state == .serializationFailure)
        #expect(try await session.rows("SELECT FROM orders").isEmpty)
        let again = try await session.rows(Self.placing(lockWait: "NULL"))
        #expect(try again.map { row in try row.text(0) } == example.outcomes)
      } else {
        #expect(error == nil)
      }
      let sum = try await session.rows("SELECT coalesce(sum(total_amount), 0)::text FROM orders")
      #expect(try sum[0].text(0) == example.amount)
    }
  }

  @Test(
    "keeps no product from others while it waits for something else, unless it is a single order",
    arguments: [1, 2])
  func nothingHeld(_ orders: Int) async throws {
    try await Self.place(
      orders, besides: "SELECT FROM customers WHERE id = 'c' FOR UPDATE",
      meanwhile: { session in
        let free = try await session.rows(
          "SELECT FROM products WHERE id = 'p' FOR NO KEY UPDATE SKIP LOCKED")
        #expect(free.count == (orders > 1 ? 1 : 0))
      }
    ) { error, session in
      #expect(error == nil)
      let placed = try await session.rows("SELECT FROM orders")
      #expect(placed.count == orders)
    }
  }

  /// Places orders of product `p`, of which there are five units, for a customer that is known.
  /// They wait for what another session does, which commits when `meanwhile` has been done.
  private static func place(
    _ orders: Int = 2, besides statement: String,
    meanwhile: @escaping @Sendable (Session) async throws -> Void = { _ in },
    then: @escaping @Sendable (PostgresError?, Session) async throws -> Void
  ) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let batch = try await Session.open(target, on: loop)
      let other = try await Session.open(target, on: loop)
      let watcher = try await Session.open(target, on: loop)
      _ = try await watcher.rows("SELECT create_product('p', 'Product', NULL, 1, 5, 'test')")
      _ = try await watcher.rows("INSERT INTO customers (id, name) VALUES ('c', 'C')")
      try await other.run(unsafeText: "BEGIN; \(statement)")
      let backend = Int32(try await batch.rows("SELECT pg_backend_pid()")[0].int(0))

      let errors = await together(2, on: loop) { index -> (any Error)? in
        do {
          if index == 0 {
            _ = try await batch.rows(placing(orders, lockWait: "60000"))
          } else {
            try await eventually("the batch waits for the row") {
              try await watcher.rows(
                "SELECT FROM pg_locks WHERE pid = \(backend) AND NOT granted"
              ).count == 1
            }
            try await meanwhile(watcher)
            try await other.run(unsafeText: "COMMIT")
          }
          return nil
        } catch {
          return error
        }
      }

      #expect(errors[1] == nil)
      if let error = errors[0], !(error is PostgresError) { throw error }
      try await then(errors[0] as? PostgresError, watcher)
      for session in [batch, other, watcher] { session.close() }
      let database = Database(target, settings: .patient, on: loop)
      try await Invariants.check(database)
      await database.close()
    }
  }

  /// Places orders of two units each.
  private static func placing(_ orders: Int = 2, lockWait: String) -> SQL {
    SQL(
      unsafeText: """
        SELECT outcome::text
          FROM (SELECT array_agg(gen_random_uuid()) AS ids, array_agg('api'::text) AS channels,
                       array_agg('c'::text) AS customers, array_agg(NULL::text) AS nothing,
                       array_agg('refuse'::text) AS shortages, array_agg('test'::text) AS whos,
                       array_agg(n) AS places, array_agg('p'::text) AS products,
                       array_agg(2) AS quantities, array_agg(NULL::numeric) AS prices
                  FROM generate_series(1, \(orders)) AS n) AS o
         CROSS JOIN place_orders(ids, channels, customers, nothing, shortages, whos, places,
                                 products, nothing, quantities, prices, NULL, \(lockWait))
        """)
  }
}
