import EventLoop
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("The feed, whatever is committed in whatever order")
struct FeedHistoryTests {
  @Test("has every committed event once, without a gap, and each order's versions in their order")
  func histories() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    // The server of the other tests takes no prepared transactions.
    let server = try await blocking {
      let server = try TestServer()
      try server.start(settings: ["max_prepared_transactions": "20"])
      return server
    }
    let conninfo = try server.makeOrdersDatabase()
    try await MigratedDatabase.prepare(conninfo)
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let setUp = try await Session.open(target, on: loop)
      try await setUp.run(
        unsafeText: """
          INSERT INTO products (id, name, price, stock)
          SELECT 'p' || n, 'Product', 1, 1000000 FROM generate_series(1, 5) AS n
          """)
      // A transaction that has written an event and stays open delays nobody else's.
      let idle = try await Session.open(target, on: loop)
      try await idle.run(unsafeText: "BEGIN; INSERT INTO customers (id) VALUES ('idle')")

      let writing = WritersAtWork(count: 16)
      _ = await together(17, on: loop) { number in
        guard number < 16 else { return await writing.watch { try await Self.look(target, loop) } }
        let transactions = RandomTransactions(
          "writer-\(number)", seed: seed &+ UInt64(number), prepares: true)
        await writing.run { try await Self.write(target, loop, transactions) }
      }
      #expect(writing.failures.isEmpty, "seed \(seed): \(writing.failures)")

      try await idle.run(unsafeText: "COMMIT")
      _ = try await setUp.rows("SELECT sequence_events()")
      for fault in try await setUp.rows(FeedInvariants.faults) {
        Issue.record("seed \(seed): \(try fault.text(0)) \(try fault.text(1))")
      }
      let ticks = try await setUp.rows("SELECT count(*) FROM feed_ticks")
      #expect(try ticks[0].int(0) > 10, "seed \(seed): too few ticks to prove anything")
      idle.close()
      setUp.close()
    }
  }

  @Test("is not held up by a transaction that stays open, and gets its events when it commits")
  func idleWriter() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let idle = try await Session.open(target, on: loop)
      let other = try await Session.open(target, on: loop)
      try await idle.run(unsafeText: "BEGIN; INSERT INTO customers (id) VALUES ('late')")
      try await other.run(unsafeText: "INSERT INTO customers (id) VALUES ('early')")
      #expect(try await other.rows("SELECT sequence_events()")[0].int(0) == 1)
      try await idle.run(unsafeText: "COMMIT")
      #expect(try await other.rows("SELECT sequence_events()")[0].int(0) == 1)
      let order = try await other.rows(
        "SELECT string_agg(customer_id, ' ' ORDER BY feed_position) FROM feed()")
      #expect(try order[0].text(0) == "early late")
      idle.close()
      other.close()
    }
  }

  @Test("is the same after a look that did not come to its end")
  func killedLook() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let killed = try await Session.open(target, on: loop)
      let other = try await Session.open(target, on: loop)
      try await other.run(unsafeText: "INSERT INTO customers (id) VALUES ('c')")
      try await killed.run(unsafeText: "BEGIN; SELECT waybill.sequence_events()")
      let backend = try await killed.rows("SELECT pg_backend_pid()")[0].int(0)
      _ = try await other.rows("SELECT pg_terminate_backend(\(Int32(backend)))")
      #expect(try await other.rows("SELECT sequence_events()")[0].int(0) == 1)
      #expect(try await other.rows("SELECT count(*) FROM feed()")[0].int(0) == 1)
      killed.close()
      other.close()
    }
  }

  @Test("goes on in another cluster, where transactions have other numbers")
  func otherCluster() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(unsafeText: "INSERT INTO customers (id) VALUES ('before')")
      _ = try await session.rows("SELECT sequence_events()")
      try await session.run(unsafeText: "INSERT INTO customers (id) VALUES ('unseen')")
      let before = try await session.rows("SELECT cursor FROM feed()")[0].text(0)
      // What a restored dump looks like: the ticks of a cluster whose transactions were far ahead.
      try await session.run(
        unsafeText: """
          ALTER TABLE feed_ticks DISABLE TRIGGER USER;
          UPDATE feed_ticks SET cluster = 1, snapshot = '900000:900000:';
          ALTER TABLE feed_ticks ENABLE TRIGGER USER
          """)
      #expect(try await session.rows("SELECT sequence_events()")[0].int(0) == 1)
      try await session.run(unsafeText: "INSERT INTO customers (id) VALUES ('after')")
      #expect(try await session.rows("SELECT sequence_events()")[0].int(0) == 1)
      let rows = try await session.rows("SELECT cursor, customer_id FROM feed()")
      #expect(try rows.map { try $0.text(1) } == ["before", "unseen", "after"])
      #expect(try rows[0].text(0) == before, "what was known keeps its cursor")
    }
  }

  @Test("splits what one transaction has written into ticks of 500")
  func largeTransaction() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(
        unsafeText: "INSERT INTO customers (id) SELECT 'c' || n FROM generate_series(1, 1201) AS n")
      #expect(try await session.rows("SELECT sequence_events()")[0].int(0) == 1_201)
      try await session.run(
        unsafeText: "INSERT INTO customers (id) SELECT 'd' || n FROM generate_series(1, 1001) AS n")
      #expect(try await session.rows("SELECT sequence_events()")[0].int(0) == 1_001)
      let ticks = try await session.rows(
        "SELECT string_agg(events::text, ' ' ORDER BY number) FROM feed_ticks")
      #expect(try ticks[0].text(0) == "500 500 201 500 500 1")
      #expect(try await session.rows(FeedInvariants.faults).isEmpty)
    }
  }

  @Test("refuses to be made in a transaction that does not see what others commit")
  func isolation() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      let refusal = await #expect(throws: PostgresError.self) {
        try await session.run(
          unsafeText: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT waybill.sequence_events()")
      }
      #expect(refusal?.serverError?.state == "25000")
    }
  }
}

// MARK: - Random histories

extension FeedHistoryTests {
  /// Some transactions. Whoever has waited too long for a lock has written nothing.
  private static func write(
    _ target: ConnectionString, _ loop: EventLoop, _ transactions: RandomTransactions
  ) async throws {
    var transactions = transactions
    let session = try await Session.open(target, on: loop)
    defer { session.close() }
    try await session.run(unsafeText: "SET lock_timeout = '20ms'")
    for _ in 0..<25 {
      do throws(PostgresError) {
        try await session.run(unsafeText: transactions.next())
      } catch {
        guard error.serverError?.state == "55P03" else { throw error }
        try await session.run(unsafeText: "ROLLBACK")
        transactions.forget()
      }
    }
    if let last = transactions.end { try? await session.run(unsafeText: last) }
  }

  /// Gives positions some times.
  private static func look(_ target: ConnectionString, _ loop: EventLoop) async throws {
    let session = try await Session.open(target, on: loop)
    defer { session.close() }
    for _ in 0..<20 { _ = try await session.rows("SELECT sequence_events()") }
  }
}
