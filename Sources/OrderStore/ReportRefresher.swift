package import Postgres

/// Brings the report up to date, on a connection of its own that may take its time.
///
/// Any number of instances may ask as often as they like: the database lets one in and says, by its
/// own clock, whether it is time.
package struct ReportRefresher {
  /// How long a refresh may take before the server ends it: one at ten million orders takes
  /// seconds, and a lock held for ever would stop the report on every instance.
  package static let timeout = Duration.seconds(600)

  /// What came of asking.
  package struct Result: Sendable {
    /// `busy`, `not_due`, `unchanged`, `refreshed` or `failed`.
    package let outcome: String
    /// When to ask again.
    package let dueIn: Duration
    /// Of when the report is now, whoever refreshed it; nil when nobody ever has.
    package let last: Last?
    /// Why the newest attempt failed, if it did.
    package let failure: String?
  }

  /// The newest refresh that succeeded.
  package struct Last: Equatable, Sendable {
    /// The moment as of which the report is true, by the database's clock.
    package let moment: Timestamp
    /// How long making it took.
    package let duration: Duration
  }

  private let session: Session

  /// A refresher on this connection.
  package init(_ session: Session) { self.session = session }

  /// Refreshes the report if the last refresh began `seconds` ago and nobody else is at it.
  package func refresh(every seconds: Int) async throws(PostgresError) -> Result {
    let limit = "\(Self.timeout.components.seconds)s"
    _ = try await session.rows("SELECT set_config('statement_timeout', \(limit), false)")
    let answer = try await session.rows(
      """
      SELECT outcome, ceil(extract(epoch FROM due_in) * 1000)::bigint
        FROM refresh_report(\(seconds) * interval '1 second')
      """)
    // A statement of its own, as the one before does not see what its function wrote.
    let state = try await session.rows(
      """
      SELECT true_as_of, (extract(epoch FROM took) * 1000)::bigint, error
        FROM (SELECT error FROM report_refreshes ORDER BY number DESC LIMIT 1) AS newest
        LEFT JOIN report_age ON true
      """)
    // Nothing yet when another instance is at the very first refresh.
    let row = state.first
    let moment = try row?.optionalTimestamp(0)
    let duration = try row?.optionalInt(1)
    return Result(
      outcome: try answer[0].text(0), dueIn: .milliseconds(try answer[0].int(1)),
      last: moment.map { Last(moment: $0, duration: .milliseconds(duration ?? 0)) },
      failure: try row?.optionalText(2))
  }
}
