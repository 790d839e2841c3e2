import EventLoop
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("A refresh of the report")
struct ReportRefresherTests {
  /// Asks once for a refresh, on a loop and a connection of its own.
  private static func refresh(
    _ conninfo: String, every seconds: Int = 0
  ) async throws -> ReportRefresher.Result {
    try await onLoop { loop in
      let session = try await Session.patient(conninfo, on: loop)
      defer { session.close() }
      return try await ReportRefresher(session).refresh(every: seconds)
    }
  }

  /// Runs `body` with a database of its own that holds the demo data.
  private static func withDemoData<Result: Sendable>(
    _ body: @escaping @Sendable (String, Database) async throws -> Result
  ) async throws -> Result {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      _ = try await DemoData(database).insert()
      let result = try await body(conninfo, database)
      try await Invariants.check(database)
      await database.close()
      return result
    }
  }

  /// Where the report differs from adding up all orders.
  private static let difference: SQL = """
    WITH truth AS (
        SELECT customer_id, name, count(*) AS orders,
               sum(total_quantity - coalesce(returned_quantity, 0)) AS quantity,
               sum(total_amount - coalesce(returned_amount, 0)) AS amount,
               sum(coalesce(returned_quantity, 0)) AS returned_quantity,
               sum(coalesce(returned_amount, 0)) AS returned_amount
          FROM orders JOIN customers ON customers.id = customer_id
         WHERE status = 'completed'
         GROUP BY customer_id, name
    )
    (SELECT * FROM truth EXCEPT SELECT * FROM customer_report)
     UNION ALL
    (SELECT * FROM customer_report EXCEPT SELECT * FROM truth)
    """

  @Test("says of when the report is, how long it took, and when to ask again")
  func result() async throws {
    try await Self.withDemoData { conninfo, database in
      let first = try await Self.refresh(conninfo, every: 3_600)
      let second = try await Self.refresh(conninfo, every: 3_600)

      #expect(first.outcome == .refreshed && first.dueIn == .seconds(3_600))
      #expect(second.outcome == .notDue && second.dueIn < .seconds(3_600))
      #expect(second.last == first.last && first.last != nil && first.failure == nil)
      #expect(try await database.read(Self.difference).isEmpty)
      let found = try await Self.customers(database)
      #expect(found.page.entries.count == 3 && found.refresh.number == 1)
      #expect(found.refresh.moment?.microseconds == first.last?.moment.microseconds)
    }
  }

  @Test("is made by one of any number that ask at once, and never overlaps another")
  func oneOfMany() async throws {
    try await Self.withDemoData { conninfo, database in
      let rounds = try await withThrowingTaskGroup(of: [ReportRefresher.Outcome].self) { group in
        for _ in 0..<6 {
          group.addTask {
            var outcomes: [ReportRefresher.Outcome] = []
            for _ in 0..<8 { outcomes.append(try await Self.refresh(conninfo).outcome) }
            return outcomes
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }

      #expect(Set(rounds).isSubset(of: [.busy, .refreshed, .unchanged]))
      #expect(rounds.filter { $0 == .refreshed }.count == 1, "there was one change to take in")
      let made = try await database.read("SELECT count(*) FROM report_refreshes")[0].int(0)
      #expect(made == rounds.filter { $0 != .busy }.count)
      let overlaps = try await database.read(
        """
        SELECT FROM (SELECT started_at, lag(finished_at) OVER (ORDER BY number) AS before
                       FROM report_refreshes) AS refresh
         WHERE started_at < before
        """)
      #expect(overlaps.isEmpty)
    }
  }

  @Test("holds up no writer, and when it is killed all is as it was and the next one works")
  func killed() async throws {
    try await Self.withDemoData { conninfo, database in
      _ = try await Self.refresh(conninfo)
      try await Self.complete("DEMO-5", database)
      let before = try await database.read("SELECT * FROM customer_report").count
      // Conflicts with the lock a refresh takes on the view, and with nothing else.
      let blocker = try await Session.patient(conninfo, on: database.loop)
      try await blocker.run(
        unsafeText: "BEGIN; COMMENT ON MATERIALIZED VIEW customer_report IS 'held'")
      let refresh = Task { try await Self.refresh(conninfo) }
      try await eventually("the refresh waits") { try await Self.waiting(database) != nil }

      try await Self.complete("DEMO-6", database)
      let during = try await Self.customers(database)
      #expect(during.page.entries.count == before && during.refresh.number == 1)

      let pid = try #require(try await Self.waiting(database))
      _ = try await database.write("SELECT pg_terminate_backend(\(pid)::integer)")
      await #expect(throws: PostgresError.self) { try await refresh.value }
      try await blocker.run(unsafeText: "ROLLBACK")
      blocker.close()
      let after = try await Self.customers(database)
      #expect(after.page.entries == during.page.entries && after.refresh == during.refresh)

      #expect(try await Self.refresh(conninfo).outcome == .refreshed)
      #expect(try await database.read(Self.difference).isEmpty)
      let kept = try await database.read("SELECT FROM report_changes")
      #expect(kept.isEmpty)
    }
  }

  @Test("that fails is recorded with its reason, and loses nothing")
  func failure() async throws {
    try await Self.withDemoData { conninfo, database in
      _ = try await database.write("ALTER TABLE customer_ledger ADD CONSTRAINT no CHECK (false)")
      let failed = try await Self.refresh(conninfo)
      #expect(failed.outcome == .failed && failed.failure?.hasPrefix("23514: ") == true)
      #expect(failed.last == nil)

      _ = try await database.write("ALTER TABLE customer_ledger DROP CONSTRAINT no")
      #expect(try await Self.refresh(conninfo).outcome == .refreshed)
      #expect(try await database.read(Self.difference).isEmpty)
    }
  }

  @Test("leaves what adding up all orders would, after any history of all channels")
  func randomHistory() async throws {
    let seed: UInt64 = 42
    try await Self.withDemoData { conninfo, database in
      var random = SeededRandom(seed: seed)
      var orders: [(number: Int, channel: String)] = []
      for step in 0..<150 {
        let known = orders.randomElement(using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1, 2:
          let channel = ["api", "shop", "store", "storefront"].randomElement(using: &random)!
          let customer = "demo-\(Int.random(in: 1...6, using: &random))"
          let placed = try await database.write(
            """
            SELECT number
              FROM place_orders(ARRAY[gen_random_uuid()], ARRAY[\(channel)], ARRAY[\(customer)],
                                ARRAY[NULL], ARRAY['refuse'], ARRAY['test'], ARRAY[1],
                                ARRAY['notebook'], ARRAY[NULL],
                                ARRAY[\(Int.random(in: 1...9, using: &random))::integer],
                                ARRAY[\(Int.random(in: 0...999, using: &random))::numeric / 100])
            """)
          orders.append((try placed[0].int(0), channel))
        case 6:
          guard let known else { continue }
          _ = try await database.write(
            """
            SELECT return_order(NULL, \(known.number), \(known.channel), NULL, NULL,
                                ARRAY['notebook'],
                                ARRAY[\(Int.random(in: 1...3, using: &random))::integer],
                                ARRAY[\(Bool.random(using: &random))], NULL, 'test')
            """)
        case 3, 4, 5:
          guard let known else { continue }
          let words = ["new", "in_progress", "completed", "completed", "cancelled"]
          _ = try await database.write(
            """
            SELECT move_order(NULL, \(known.number), \(known.channel), NULL, NULL,
                              \(words.randomElement(using: &random)!), 'test')
            """)
        default:
          if Bool.random(using: &random) {
            _ = try await Self.refresh(conninfo)
          } else {
            _ = try await database.write(
              "UPDATE customers SET name = \("Name \(step)") WHERE id = 'demo-1'")
          }
        }
      }
      _ = try await Self.refresh(conninfo)
      let difference = try await database.read(Self.difference)
      #expect(difference.isEmpty, "seed \(seed): \(difference.count) rows differ")
    }
  }

  /// The first page of the report by customer.
  private static func customers(
    _ database: Database
  ) async throws -> (
    refresh: ReportRefresh, page: Page<CustomerSales, ReportSort<CustomerColumn>.Position>
  ) {
    try await ReportRepository(database).list(
      CustomerColumn.standard, after: nil, size: .standard)
  }

  private static func complete(_ reference: String, _ database: Database) async throws {
    for status in ["in_progress", "completed"] {
      _ = try await database.write(
        """
        SELECT move_order(id, NULL, NULL, NULL, NULL, \(status), 'test')
          FROM orders WHERE reference = \(reference)
        """)
    }
    let completed = try await database.read(
      "SELECT FROM orders WHERE reference = \(reference) AND status = 'completed'")
    #expect(completed.count == 1)
  }

  /// The backend that waits for its turn to refresh the view.
  private static func waiting(_ database: Database) async throws -> Int? {
    try await database.read(
      """
      SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND query LIKE '%refresh_report%'
      """
    ).first.map { try $0.int(0) }
  }
}

extension Session {
  /// A session that waits for a machine that is busy with other tests.
  fileprivate static func patient(
    _ conninfo: String, on loop: EventLoop
  ) async throws -> Session {
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(20)
    return try await open(try ConnectionString(conninfo), settings: settings, on: loop)
  }
}
