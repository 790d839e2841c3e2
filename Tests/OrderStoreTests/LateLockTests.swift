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
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let batch = try await Session.open(target, on: loop)
      let other = try await Session.open(target, on: loop)
      let watcher = try await Session.open(target, on: loop)
      try await Self.prepare(watcher)
      try await other.run(
        unsafeText: "BEGIN; UPDATE products SET \(example.change) WHERE id = 'p'")
      let backend = Int32(try await batch.rows("SELECT pg_backend_pid()")[0].int(0))

      let errors = await together(2, on: loop) { index -> (any Error)? in
        do {
          if index == 0 {
            _ = try await batch.rows(Self.placing(lockWait: "60000"))
          } else {
            try await Self.waits(backend, watcher)
            try await other.run(unsafeText: "COMMIT")
          }
          return nil
        } catch {
          return error
        }
      }

      #expect(errors[1] == nil)
      if example.isConflict {
        #expect((errors[0] as? PostgresError)?.serverError?.state == .serializationFailure)
        #expect(try await watcher.rows("SELECT FROM orders").isEmpty)
        let again = try await batch.rows(Self.placing(lockWait: "NULL"))
        #expect(try again.map { row in try row.text(0) } == example.outcomes)
      } else {
        #expect(errors[0] == nil)
      }
      let sum = try await watcher.rows("SELECT coalesce(sum(total_amount), 0)::text FROM orders")
      #expect(try sum[0].text(0) == example.amount)
      for session in [batch, other, watcher] { session.close() }
      let database = Database(target, settings: .patient, on: loop)
      try await Invariants.check(database)
      await database.close()
    }
  }

  @Test(
    "keeps no product from others while it waits for something else, unless it is a single order",
    arguments: [1, 2])
  func nothingHeld(_ orders: Int) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let batch = try await Session.open(target, on: loop)
      let other = try await Session.open(target, on: loop)
      let watcher = try await Session.open(target, on: loop)
      try await Self.prepare(watcher)
      try await other.run(unsafeText: "BEGIN; SELECT FROM customers WHERE id = 'c' FOR UPDATE")
      let backend = Int32(try await batch.rows("SELECT pg_backend_pid()")[0].int(0))

      let free = await together(2, on: loop) { index -> Int? in
        do {
          if index == 0 {
            return try await batch.rows(Self.placing(orders, lockWait: "60000")).count
          }
          try await Self.waits(backend, watcher)
          let free = try await watcher.rows(
            "SELECT FROM products WHERE id = 'p' FOR NO KEY UPDATE SKIP LOCKED"
          ).count
          try await other.run(unsafeText: "COMMIT")
          return free
        } catch {
          Issue.record(error)
          return nil
        }
      }

      #expect(free == [orders, orders > 1 ? 1 : 0])
      for session in [batch, other, watcher] { session.close() }
    }
  }

  private static func prepare(_ session: Session) async throws {
    _ = try await session.rows("SELECT create_product('p', 'Product', NULL, 1, 5, 'test')")
    _ = try await session.rows("INSERT INTO customers (id, name) VALUES ('c', 'C')")
  }

  /// Waits until this session waits for a lock.
  private static func waits(_ backend: Int32, _ watcher: Session) async throws {
    try await eventually("the batch waits for the row") {
      try await watcher.rows("SELECT FROM pg_locks WHERE pid = \(backend) AND NOT granted").count
        == 1
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
