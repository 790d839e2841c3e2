package import Orders
package import Postgres

/// The queue of orders that an external order process has to fulfil.
package final class OrderProcessRepository {
  /// An order that has been claimed for a visit.
  package struct Claim: Sendable {
    /// The order.
    package let id: OrderID
    /// What the client and the process service call it.
    package let reference: String
    /// Which visit this is, counted from 1.
    package let number: Int
    /// What earlier visits have learned.
    package let knowledge: OrderProcessVisit.Knowledge
  }

  /// How much is left to do, for the operators of the service.
  package struct Backlog: Sendable {
    /// Orders without an order process so far, and those whose order process runs.
    package let created: Int, processing: Int
    /// How long the oldest order without an order process has waited.
    package let oldestCreated: Duration
  }

  /// The channel on which the database notifies of new orders.
  package static let wakeUpChannel = "order_processes"

  /// Orders are counted up to this number, as counting more would take long.
  private static let countMax = 100_000

  /// What became of a record.
  package struct Recorded: Sendable {
    /// When the next visit is due; nil when there will be none.
    package let dueIn: Duration?
  }

  private let database: Database
  private let finishedVisits: Batcher<FinishedVisit>

  /// The queue, over the connections of one loop.
  package init(_ database: Database) {
    self.database = database
    finishedVisits = Batcher(database, lockedElsewhere: RowsLockedElsewhere(database))
  }

  /// Claims at most `amount` orders that are due, those that have waited longest first. A claim
  /// runs out after `lease`, if nothing is recorded before.
  package func claim(
    _ amount: Int, lease: Duration
  ) async throws(PostgresError) -> [Claim] {
    // The planner expects few ids in an array. From a join with a limit as a parameter it would
    // expect a tenth of the table, and would read the whole table.
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
      SELECT o.id, o.reference, c.visits, o.status = 'in_progress', c.unchanged_visits,
             c.unknown_visits
        FROM claimed AS c JOIN orders AS o ON o.id = c.order_id
      """)
    return try rows.map { row throws(PostgresError) in
      Claim(
        id: try row.orderID(0), reference: try row.text(1), number: try row.int(2),
        knowledge: .init(
          isAccepted: try row.bool(3), unchangedVisits: try row.int(4),
          unknownVisits: try row.int(5)))
    }
  }

  /// How long to wait after a claim that brought fewer orders than asked for: until the next order
  /// becomes due, or `gap` if one is due already, as its row must be locked. Nil when no order
  /// waits.
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

  /// Records what a visit has learned, together with those that end at the same moment; nil when
  /// its claim had run out, so that nothing was recorded.
  package func record(
    _ record: OrderProcessVisit.Record, of claim: Claim, pause: Duration
  ) async throws(PostgresError) -> Recorded? {
    try await finishedVisits.submit(
      FinishedVisit(claim: claim, record: record, pause: pause))
  }

  /// Moves the next visit of these orders forward to now. If that was done for an order less than
  /// `gap` ago, its visit is moved to `gap` after that time. Unknown and final orders are ignored.
  package func hint(
    _ references: [String], gap: Duration
  ) async throws(PostgresError) {
    // Locked in the order of ids, so that two instances that update the same orders never deadlock.
    // A row whose visit was moved already is not written again.
    _ = try await database.write(
      """
      WITH hinted AS MATERIALIZED (
          SELECT p.order_id,
                 greatest(now(),
                          p.hinted_at + \(gap.inMilliseconds) * interval '1 millisecond') AS at
            FROM orders AS o JOIN order_processes AS p ON p.order_id = o.id
           WHERE o.channel = 'fulfilment' AND o.reference = ANY (\(references))
           ORDER BY p.order_id
             FOR UPDATE OF p
      )
      UPDATE order_processes AS p
         SET hinted_at = hinted.at,
             due_at = CASE WHEN claimed_at IS NULL THEN least(due_at, hinted.at) ELSE due_at END
        FROM hinted
       WHERE p.order_id = hinted.order_id
         AND CASE WHEN claimed_at IS NULL THEN due_at > hinted.at
                  ELSE coalesce(hinted_at, '-infinity') <= claimed_at END
      """)
  }

  /// How much is left to do now.
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
}

/// A visit whose result is to be recorded by `record_visits()`.
private struct FinishedVisit: RowWrite {
  typealias Outcome = OrderProcessRepository.Recorded?

  let claim: OrderProcessRepository.Claim
  let record: OrderProcessVisit.Record
  let pause: Duration

  /// How many characters of a problem are stored.
  private static let problemMax = 200

  static func statement(_ visits: [FinishedVisit], lockWait: Int?) -> SQL {
    let records = visits.map(\.record)
    let numbers = visits.map { Int32(clamping: $0.claim.number) }
    let starts = records.map { Int32(clamping: $0.starts) }
    let unchanged = records.map { Int32(clamping: $0.knowledge.unchangedVisits) }
    let unknown = records.map { Int32(clamping: $0.knowledge.unknownVisits) }
    let problems = records.map { record in
      record.problem.map { String($0.unicodeScalars.prefix(problemMax)) }
    }
    return """
      SELECT is_recorded, due_in
        FROM record_visits(\(visits.map(\.claim.id.raw)), \(numbers),
                           \(records.map(\.status?.rawValue)), \(starts), \(unchanged),
                           \(unknown), \(visits.map(\.pause.inMilliseconds)), \(problems))
      """
  }

  func outcome(_ row: Row) throws(PostgresError) -> OrderProcessRepository.Recorded? {
    guard try row.bool(0) else { return nil }
    return .init(dueIn: try row.optionalInt(1).map { .milliseconds(max(0, $0)) })
  }
}

extension Duration {
  /// Whole milliseconds, limited to what an interval of the database can hold.
  fileprivate var inMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: min(max(seconds, 0), 1_000_000_000) * 1_000)
      + Int(attoseconds / 1_000_000_000_000_000)
  }
}
