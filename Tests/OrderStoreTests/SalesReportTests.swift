import EventLoop
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

/// Whether the reports are what adding up all orders gives is one of the invariants, which every
/// test here looks at after a refresh.
@Suite("Sales by day and by product")
struct SalesReportTests {
  /// Runs `body` over products `a`, `b` and `c`.
  private static func selling(
    _ body: @escaping @Sendable (String, Database) async throws -> Void
  ) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      _ = try await database.write(
        """
        INSERT INTO products (id, name, price, stock)
        SELECT id, 'Product ' || id, 10, 1000000 FROM unnest(ARRAY['a', 'b', 'c']) AS id
        """)
      try await body(conninfo, database)
      _ = try await database.write("SELECT refresh_report(interval '0')")
      try await Invariants.check(database)
      await database.close()
    }
  }

  /// Orders of random lines that are placed, moved and taken back by random calls; each may be a
  /// transaction that somebody else holds open. It also makes days pass.
  private struct Step {
    var random: SeededRandom
    private static let channels = ["api", "shop", "storefront"]

    mutating func statement(knowing orders: Int) -> String {
      let number = Int.random(in: 1...max(1, orders), using: &random)
      switch Int.random(in: 0..<9, using: &random) {
      case 0...2:
        let channel = Self.channels.randomElement(using: &random)!
        return """
          SELECT outcome FROM waybill.place_orders(
            ARRAY[gen_random_uuid()], '{\(channel)}',
            '{c\(Int.random(in: 1...3, using: &random))}', '{NULL}', '{partial}', '{test}',
            '{1,1,1}',
            '{\(product()),\(product()),NULL}', '{x,NULL,gift}',
            '{\(Int.random(in: 1...5, using: &random)),2,1}', '{NULL,7.5,1}')
          """
      case 3...6:
        let words = ["new", "in_progress", "completed", "completed", "cancelled"]
        return """
          SELECT waybill.move_order(NULL, \(number), o.channel, NULL, NULL,
                                    '\(words.randomElement(using: &random)!)', 'test')
            FROM waybill.orders AS o WHERE number = \(number)
          """
      case 7:
        return """
          SELECT waybill.return_order(NULL, \(number), NULL, NULL, NULL, '{\(product())}',
                                      '{\(Int.random(in: 1...2, using: &random))}', '{true}',
                                      NULL, 'test')
          """
      default:
        return "UPDATE waybill.products SET name = 'Name \(number)' WHERE id = '\(product())'"
      }
    }

    private mutating func product() -> String {
      ["a", "b", "c", "unknown"].randomElement(using: &random)!
    }
  }

  @Test("are what adding up all orders gives, after any history that spans days and months")
  func histories() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await Self.selling { _, database in
      var step = Step(random: SeededRandom(seed: seed))
      for count in 0..<240 {
        _ = try await database.write(SQL(unsafeText: step.statement(knowing: count / 3)))
        guard count % 30 == 29 else { continue }
        _ = try await database.write("SELECT refresh_report(interval '0')")
        try await Invariants.check(database)
        // What was placed up to now was placed some days earlier, and so is its report.
        try await Self.letDaysPass(Int.random(in: 1...20, using: &step.random), database)
      }
      let periods = try await database.read(Self.wrongPeriods).map { try $0.text(0) }
      #expect(periods.isEmpty, "seed \(seed): \(periods)")
      let failed = try await database.read("SELECT error FROM report_refreshes WHERE error <> ''")
      #expect(failed.isEmpty, "seed \(seed)")
    }
  }

  /// Moves all orders and their sums into the past.
  private static func letDaysPass(_ days: Int, _ database: Database) async throws {
    try await database.transaction { transaction throws(PostgresError) in
      for statement in [
        "ALTER TABLE orders DISABLE TRIGGER USER",
        "ALTER TABLE order_products DISABLE TRIGGER USER",
        "ALTER TABLE order_events DISABLE TRIGGER USER",
        "UPDATE orders SET created_at = created_at - \(days) * interval '1 day'",
        "UPDATE order_products SET created_at = created_at - \(days) * interval '1 day'",
        "UPDATE order_events SET created_at = created_at - \(days) * interval '1 day'",
        "CREATE TEMPORARY TABLE days ON COMMIT DROP AS SELECT * FROM day_ledger",
        "DELETE FROM day_ledger",
        """
        INSERT INTO day_ledger
        SELECT day - \(days), orders, total_quantity, total_amount, returned_quantity,
               returned_amount FROM days
        """,
        """
        CREATE TEMPORARY TABLE sold ON COMMIT DROP AS
        SELECT * FROM product_ledger WHERE span = 'day'
        """,
        "DELETE FROM product_ledger WHERE span <> 'all'",
        """
        INSERT INTO product_ledger
        SELECT CASE WHEN grouping(day) = 0 THEN 'day' ELSE 'month' END, coalesce(day, month),
               product_id, sum(orders), sum(total_quantity), sum(total_amount),
               sum(returned_quantity), sum(returned_amount)
          FROM (SELECT *, first_day - \(days) AS day,
                       date_trunc('month', (first_day - \(days))::timestamp)::date AS month
                  FROM sold) AS moved
         GROUP BY GROUPING SETS ((day, product_id), (month, product_id))
        """,
        "REFRESH MATERIALIZED VIEW sales_by_day",
        "ALTER TABLE orders ENABLE TRIGGER USER", "ALTER TABLE order_products ENABLE TRIGGER USER",
        "ALTER TABLE order_events ENABLE TRIGGER USER",
      ] {
        _ = try await transaction.run(SQL(unsafeText: statement))
      }
    }
  }

  /// The periods whose products do not add up to the days in them.
  private static let wrongPeriods: SQL = """
    WITH ends AS (
        SELECT DISTINCT first_day + shift AS day
          FROM product_ledger, generate_series(-1, 1) AS shift WHERE span <> 'all'
         UNION SELECT date_trunc('month', first_day::timestamp)::date FROM product_ledger
                WHERE span = 'day'
         UNION SELECT (date_trunc('month', first_day::timestamp) + interval '1 month - 1 day')::date
                 FROM product_ledger WHERE span = 'day'
    )
    SELECT f.day || ' to ' || t.day
      FROM ends AS f JOIN ends AS t ON f.day <= t.day
     WHERE EXISTS (
        (SELECT product_id, orders, total_quantity, total_amount, returned_quantity, returned_amount
           FROM product_sales(f.day, t.day)
         EXCEPT
         SELECT product_id, sum(orders), sum(total_quantity), sum(total_amount),
                sum(returned_quantity), sum(returned_amount)
           FROM product_ledger WHERE span = 'day' AND first_day BETWEEN f.day AND t.day
          GROUP BY product_id)
         UNION ALL
        (SELECT product_id, sum(orders), sum(total_quantity), sum(total_amount),
                sum(returned_quantity), sum(returned_amount)
           FROM product_ledger WHERE span = 'day' AND first_day BETWEEN f.day AND t.day
          GROUP BY product_id HAVING sum(orders) > 0
         EXCEPT
         SELECT product_id, orders, total_quantity, total_amount, returned_quantity, returned_amount
           FROM product_sales(f.day, t.day)))
    """

  @Test("take in an order that was completed before two refreshes and committed after them")
  func lateCommit() async throws {
    try await Self.selling { conninfo, database in
      let target = try ConnectionString(conninfo)
      for customer in ["early", "late"] {
        _ = try await database.write(
          """
          SELECT place_orders(ARRAY[gen_random_uuid()], '{storefront}', ARRAY[\(customer)],
                              '{NULL}', '{refuse}', '{test}', '{1}', '{a}', '{NULL}', '{3}',
                              '{NULL}')
          """)
      }
      let late = try await Session.open(target, on: database.loop)
      defer { late.close() }
      let complete = "SELECT move_order(NULL, %, 'storefront', NULL, NULL, 'completed', 'test')"
      try await late.run(unsafeText: "BEGIN; " + complete.replacing("%", with: "2"))
      _ = try await database.write(SQL(unsafeText: complete.replacing("%", with: "1")))
      for _ in 0..<2 { try await Self.refreshOnce(target, database.loop) }
      let before = try await Self.units(database)
      try await late.run(unsafeText: "COMMIT")
      try await Self.refreshOnce(target, database.loop)

      #expect(before == [3, 3, 3])
      #expect(try await Self.units(database) == [6, 6, 6])
    }
  }

  /// Units sold of all days, of all products, and of all products in all months.
  private static func units(_ database: Database) async throws -> [Int] {
    let row = try await database.read(
      """
      SELECT (SELECT sum(total_quantity) FROM sales_by_day)::bigint,
             (SELECT sum(total_quantity) FROM sales_by_product)::bigint,
             (SELECT sum(total_quantity) FROM product_sales('0001-01-01', '9999-12-31'))::bigint
      """)[0]
    return [try row.int(0), try row.int(1), try row.int(2)]
  }

  @Test("are the same when nobody knows how the writers and two instances took turns")
  func concurrent() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await Self.selling { conninfo, database in
      let target = try ConnectionString(conninfo)
      let loop = database.loop
      let writing = WritersAtWork(count: 6)
      _ = await together(8, on: loop) { number in
        guard number < 6 else {
          return await writing.watch { try await Self.refreshOnce(target, loop) }
        }
        let step = Step(random: SeededRandom(seed: seed &+ UInt64(number)))
        await writing.run { try await Self.write(target, loop, step) }
      }
      #expect(writing.failures.isEmpty, "seed \(seed): \(writing.failures)")
      let refreshes = try await database.read(
        "SELECT count(*) FILTER (WHERE changes > 0), count(error) FROM report_refreshes")[0]
      #expect(try refreshes.int(0) > 2 && refreshes.int(1) == 0, "seed \(seed)")
    }
  }

  /// Refreshes once, as an instance of the service does.
  private static func refreshOnce(_ target: ConnectionString, _ loop: EventLoop) async throws {
    let session = try await Session.open(target, on: loop)
    defer { session.close() }
    _ = try await ReportRefresher(session).refresh(every: 0)
  }

  /// Writes in transactions of one or two steps, of which some are rolled back.
  private static func write(
    _ target: ConnectionString, _ loop: EventLoop, _ step: Step
  ) async throws {
    var step = step
    let session = try await Session.open(target, on: loop)
    defer { session.close() }
    try await session.run(unsafeText: "SET lock_timeout = '200ms'")
    for count in 0..<60 {
      do throws(PostgresError) {
        try await session.run(unsafeText: "BEGIN; " + step.statement(knowing: count * 2))
        if Bool.random(using: &step.random) {
          try await session.run(unsafeText: step.statement(knowing: count * 2))
        }
        let isKept = Int.random(in: 0..<5, using: &step.random) > 0
        try await session.run(unsafeText: isKept ? "COMMIT" : "ROLLBACK")
      } catch {
        // A lock that somebody held for too long, or a deadlock: such a transaction leaves nothing.
        let state = error.serverError?.state.rawValue ?? ""
        guard ["55P03", "40P01"].contains(state) else { throw error }
        try await session.run(unsafeText: "ROLLBACK")
      }
    }
  }
}
