package import Postgres

/// Refreshes the report, over a connection of its own, as it takes long.
///
/// Every instance may call it as often as it likes: the database lets one in at a time, and decides
/// by its own clock whether a refresh is due.
package struct ReportRefresher {
  /// How long a refresh may take before the server ends it. With ten million orders it takes
  /// seconds; one that never ended would hold its lock and stop the report on every instance.
  package static let timeout = Duration.seconds(600)

  /// What `refresh_report()` answers.
  package enum Outcome: String, CaseIterable, Sendable {
    /// Another connection is refreshing the report.
    case busy
    /// The last refresh is recent enough.
    case notDue = "not_due"
    /// There was nothing to add to the report.
    case unchanged
    /// The report has changed.
    case refreshed
    /// The refresh failed and was rolled back.
    case failed
  }

  /// The result of a call.
  package struct Result: Sendable {
    /// What this call did.
    package let outcome: Outcome
    /// When to call again.
    package let dueIn: Duration
    /// The newest refresh that succeeded, also one of another instance; nil when there was none.
    package let last: LastRefresh?
    /// Why the newest attempt failed, if it did.
    package let failure: String?
  }

  /// The newest refresh that succeeded.
  package struct LastRefresh: Equatable, Sendable {
    /// The moment as of which the report is true, by the database's clock.
    package let moment: Timestamp
    /// How long the refresh took.
    package let duration: Duration
  }

  private let session: Session

  /// Refreshes over this connection.
  package init(_ session: Session) { self.session = session }

  /// Refreshes the report if the last refresh began `seconds` ago and no other is under way.
  package func refresh(every seconds: Int) async throws(PostgresError) -> Result {
    let limit = "\(Self.timeout.components.seconds)s"
    _ = try await session.rows("SELECT set_config('statement_timeout', \(limit), false)")
    let answer = try await session.rows(
      """
      SELECT outcome, ceil(extract(epoch FROM due_in) * 1000)::bigint
        FROM refresh_report(\(seconds) * interval '1 second')
      """)
    // A separate statement, as the one before does not see what its function has written.
    let state = try await session.rows(
      """
      SELECT true_as_of, (extract(epoch FROM took) * 1000)::bigint, error
        FROM (SELECT error FROM report_refreshes ORDER BY number DESC LIMIT 1) AS newest
        LEFT JOIN report_age ON true
      """)
    // There is no row while another instance makes the very first refresh.
    let row = state.first
    let moment = try row?.optionalTimestamp(0)
    let duration = try row?.optionalInt(1)
    return Result(
      outcome: try answer[0].word(0), dueIn: .milliseconds(try answer[0].int(1)),
      last: moment.map { LastRefresh(moment: $0, duration: .milliseconds(duration ?? 0)) },
      failure: try row?.optionalText(2))
  }
}
