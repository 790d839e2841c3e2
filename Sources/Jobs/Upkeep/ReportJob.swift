import OrderStore
package import Postgres
package import Telemetry

/// Keeps the report fresh: asks the database at the start and whenever it said to ask again.
package struct ReportJob: PeriodicJob {
  package let name = "report"
  /// Taken by `refresh_report`.
  package let lock: String? = "waybill.report"

  /// The longest pause after a failure: when the database comes back, the report is soon fresh.
  private static let retryPauseMax = Duration.seconds(5)
  /// How much longer than the server's own limit a refresh may take.
  private static let margin = Duration.seconds(10)

  private let seconds: Int
  private let counted = ReportFigures()

  /// Refreshes the report so often.
  package init(everySeconds seconds: Int) { self.seconds = seconds }

  package var figures: (any FigureGroup)? { counted }

  package func run(_ connections: JobConnections) async throws(PostgresError) -> Duration {
    let result = try await connections.withSession(
      timeout: ReportRefresher.timeout + Self.margin
    ) { (session) throws(PostgresError) in
      try await ReportRefresher(session).refresh(every: seconds)
    }
    took(result, connections.log)
    return max(result.dueIn, .milliseconds(1))
  }

  package func failed(
    _ error: PostgresError, isRepeated: Bool, _ log: Log
  ) -> Duration {
    counted.failures.add()
    log.write(.error, "the report could not be refreshed", ["error": error.debugDescription])
    return min(Self.retryPauseMax, .seconds(seconds))
  }

  private func took(_ result: ReportRefresher.Result, _ log: Log) {
    if let last = result.last {
      counted.lastRefresh.set(Int(last.moment.microseconds / 1_000))
      counted.duration.set(Int(last.duration / .milliseconds(1)))
    }
    switch result.outcome {
    case .failed:
      counted.failures.add()
      log.write(.error, "the report could not be refreshed", ["error": result.failure ?? ""])
    case .refreshed:
      counted.refreshes.add()
      log.write(.debug, "refreshed the report", ["milliseconds": "\(counted.duration.value)"])
    case .busy, .notDue, .unchanged: break
    }
  }
}

/// What is known of the report's refreshes.
private struct ReportFigures: FigureGroup {
  let lastRefresh = Gauge(
    "report_last_refresh_timestamp_seconds", unit: .milliseconds,
    "Of when the report is, whoever made it")
  let duration = Gauge(
    "report_refresh_duration_seconds", unit: .milliseconds,
    "How long the newest refresh of the report took")
  let refreshes = Counter("report_refreshes_total", "Refreshes that this instance made")
  let failures = Counter(
    "report_refresh_failures_total", "Refreshes that this instance could not make")
}
