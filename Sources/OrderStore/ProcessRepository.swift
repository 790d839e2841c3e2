package import Orders
package import Postgres

/// The queue of orders that a process outside has to fulfil.
package final class ProcessRepository {
  /// An order that has been claimed for a visit.
  package struct Claim: Sendable {
    /// The order.
    package let id: OrderID
    /// What the client and the process service call it.
    package let reference: String
    /// Which visit this is, counted from 1.
    package let number: Int
    /// What is known from the visits before.
    package let knowledge: ProcessVisit.Knowledge
  }

  /// What there is to do, for those who run the service.
  package struct Backlog: Sendable {
    /// Orders that no process has been started for, and those whose process runs.
    package let created: Int, processing: Int
    /// How long the oldest of the former waits.
    package let oldestCreated: Duration
  }

  /// The channel on which the database tells of new orders.
  package static let wakeUpChannel = "order_processes"

  /// Beyond this many nobody needs to know exactly, and counting would take long.
  private static let countMax = 100_000

  private struct Visit {
    let claim: Claim
    let record: ProcessVisit.Record
    let pause: Duration
  }

  /// What became of a record.
  package struct Recorded: Sendable {
    /// When the next visit is due; nil when there will be none.
    package let dueIn: Duration?
  }

  private let database: Database
  private let records: Batcher<Visit, Recorded?>

  /// The queue as seen through one loop's connections.
  package init(_ database: Database) {
    self.database = database
    let limits = BatchLimits(entriesMax: 64, weightMax: 64, batchesMax: 1, waitingMax: 4_096)
    records = Batcher(on: database.loop, limits: limits, weight: { _ in 1 }) {
      (visits) throws(PostgresError) in try await Self.record(visits, in: database)
    }
  }

  /// Claims orders that are due, the longest waiting first, at most `amount` of them. The claims
  /// run out after `lease`, if nothing is recorded before.
  package func claim(
    _ amount: Int, lease: Duration
  ) async throws(PostgresError) -> [Claim] {
    // As an array the few ids are taken for few; of a join with a bound limit the planner expects a
    // tenth of the table, and reads all of it.
    let rows = try await database.write(
      """
      WITH claimed AS (
          UPDATE order_processes
             SET visits = visits + 1, claimed_at = now(),
                 due_at = now() + \(lease.inMilliseconds) * interval '1 millisecond'
           WHERE order_id = ANY (ARRAY(
              SELECT order_id FROM order_processes WHERE due_at <= now()
               ORDER BY due_at LIMIT \(amount) FOR UPDATE SKIP LOCKED))
          RETURNING *
      )
      SELECT o.id, o.reference, c.visits, o.status = 'in_progress', c.quiet, c.missing
        FROM claimed AS c JOIN orders AS o ON o.id = c.order_id
      """)
    return try rows.map { row throws(PostgresError) in
      Claim(
        id: try row.orderID(0), reference: try row.text(1), number: try row.int(2),
        knowledge: .init(
          isAccepted: try row.bool(3), quiet: try row.int(4), missing: try row.int(5)))
    }
  }

  /// When to claim again after a claim that left room: when the next order becomes due, and in
  /// `gap` if one is due already, as somebody else has its row locked; nil when there is none.
  package func nextClaim(gap: Duration) async throws(PostgresError) -> Duration? {
    let rows = try await database.read(
      """
      SELECT least((SELECT ceil(extract(epoch FROM min(due_at) - now()) * 1000)::bigint
                      FROM order_processes WHERE due_at > now()),
                   (SELECT \(gap.inMilliseconds)
                     WHERE EXISTS (SELECT FROM order_processes WHERE due_at <= now())))
      """)
    return try rows[0].optionalInt(0).map { .milliseconds($0) }
  }

  /// Records what a visit has brought, together with those that end at the same moment; nil when
  /// its claim had run out, and nothing was recorded.
  package func record(
    _ record: ProcessVisit.Record, of claim: Claim, pause: Duration
  ) async throws(PostgresError) -> Recorded? {
    try await records.submit(Visit(claim: claim, record: record, pause: pause))
  }

  /// Brings the next look at these orders forward to this moment, or for each of them to `gap`
  /// after the last time that was done. Unknown and final orders are passed over.
  package func hint(
    _ references: [String], gap: Duration
  ) async throws(PostgresError) {
    // Locked in order of ids, so that two instances that were told of the same orders never
    // deadlock. A row that has a hint waiting already is not written again.
    _ = try await database.write(
      """
      WITH told AS MATERIALIZED (
          SELECT p.order_id,
                 greatest(now(),
                          p.hinted_at + \(gap.inMilliseconds) * interval '1 millisecond') AS at
            FROM orders AS o JOIN order_processes AS p ON p.order_id = o.id
           WHERE o.channel = 'fulfilment' AND o.reference = ANY (\(references))
           ORDER BY p.order_id
             FOR UPDATE OF p
      )
      UPDATE order_processes AS p
         SET hinted_at = told.at,
             due_at = CASE WHEN claimed_at IS NULL THEN least(due_at, told.at) ELSE due_at END
        FROM told
       WHERE p.order_id = told.order_id
         AND CASE WHEN claimed_at IS NULL THEN due_at > told.at
                  ELSE coalesce(hinted_at, '-infinity') <= claimed_at END
      """)
  }

  /// How much is left to do.
  package func backlog() async throws(PostgresError) -> Backlog {
    let rows = try await database.read(
      """
      SELECT \(Self.count("new")), \(Self.count("in_progress")),
             coalesce((extract(epoch FROM now() - (
                 SELECT min(created_at) FROM orders
                  WHERE channel = 'fulfilment' AND status = 'new' AND hidden_at IS NULL)) * 1000
             )::bigint, 0)
      """)
    return Backlog(
      created: try rows[0].int(0), processing: try rows[0].int(1),
      oldestCreated: .milliseconds(max(0, try rows[0].int(2))))
  }

  private static func count(_ status: String) -> SQL {
    """
    (SELECT count(*) FROM (
        SELECT FROM orders
         WHERE channel = 'fulfilment' AND status = \(status) AND hidden_at IS NULL
         LIMIT \(countMax)) AS counted)
    """
  }

  private static func record(
    _ visits: [Visit], in database: Database
  ) async throws(PostgresError) -> [Recorded?] {
    let records = visits.map(\.record)
    let ids = visits.map(\.claim.id.raw)
    let numbers = visits.map { Int32(clamping: $0.claim.number) }
    let statuses = records.map(\.status?.rawValue)
    let starts = records.map { Int32(clamping: $0.starts) }
    let quiets = records.map { Int32(clamping: $0.knowledge.quiet) }
    let missings = records.map { Int32(clamping: $0.knowledge.missing) }
    let pauses = visits.map(\.pause.inMilliseconds)
    let problems = records.map { $0.problem.map { String($0.unicodeScalars.prefix(200)) } }
    let rows = try await database.write(
      """
      SELECT id, due_in
        FROM record_visits(\(ids), \(numbers), \(statuses), \(starts), \(quiets), \(missings),
                           \(pauses), \(problems))
      """)
    var held: [OrderID: Recorded] = [:]
    for row in rows {
      let dueIn = try row.optionalInt(1).map { Duration.milliseconds(max(0, $0)) }
      held[try row.orderID(0)] = Recorded(dueIn: dueIn)
    }
    return visits.map { held[$0.claim.id] }
  }
}

extension Duration {
  /// Whole milliseconds, clamped to what an interval of the database bears.
  fileprivate var inMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: min(max(seconds, 0), 1_000_000_000) * 1_000)
      + Int(attoseconds / 1_000_000_000_000_000)
  }
}
