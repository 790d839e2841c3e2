import EventLoop
import OrderStore
import Postgres
import Synchronization

/// Keeps the report fresh: asks the database at the start and whenever it said to ask again. It
/// lets one of any number of instances do the work.
enum ReportJob {
  /// The longest pause after a failure: the report of a database that comes back is not stale for
  /// longer than need be.
  private static let retryAfterMax = Duration.seconds(5)
  /// What a refresh may take beyond the server's own limit before its connection is given up.
  private static let margin = Duration.seconds(10)

  /// Begins at once; the caller is on `loop`.
  static func start(_ shared: Shared, on loop: EventLoop) -> SessionJob {
    let (log, figures) = (shared.log, shared.metrics.report)
    let seconds = shared.configuration.reportRefreshSeconds
    return SessionJob(
      "report", of: shared.target, timeout: ReportRefresher.timeout + margin, on: loop
    ) { (session) throws(PostgresError) in
      let result = try await ReportRefresher(session).refresh(every: seconds)
      took(result, figures, log)
      return max(result.dueIn, .milliseconds(1))
    } failed: { error in
      figures.failures.add(1, ordering: .relaxed)
      log.write(.error, "the report could not be refreshed", ["error": error.debugDescription])
      return min(retryAfterMax, .seconds(seconds))
    }
  }

  /// Writes down what came of it.
  private static func took(
    _ result: ReportRefresher.Result, _ figures: ReportFigures, _ log: Log
  ) {
    if let last = result.last {
      figures.lastRefresh.store(Int(last.moment.microseconds / 1_000), ordering: .relaxed)
      figures.duration.store(Int(last.duration / .milliseconds(1)), ordering: .relaxed)
    }
    switch result.outcome {
    case .failed:
      figures.failures.add(1, ordering: .relaxed)
      log.write(.error, "the report could not be refreshed", ["error": result.failure ?? ""])
    case .refreshed:
      figures.refreshes.add(1, ordering: .relaxed)
      let milliseconds = figures.duration.load(ordering: .relaxed)
      log.write(.debug, "refreshed the report", ["milliseconds": "\(milliseconds)"])
    case .busy, .notDue, .unchanged: break
    }
  }
}
