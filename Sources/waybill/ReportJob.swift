import EventLoop
import OrderStore
import Postgres
import Synchronization

/// Keeps the report fresh: asks the database at the start and whenever it said to ask again. It
/// lets one of any number of instances do the work.
final class ReportJob {
  /// The longest pause after a failure: the report of a database that comes back is not stale for
  /// longer than need be.
  private static let retryAfterMax = Duration.seconds(5)
  /// What a refresh may take beyond the server's own limit before its connection is given up.
  private static let margin = Duration.seconds(10)

  private let target: ConnectionString
  private let seconds: Int
  private let log: Log
  private let figures: ReportFigures
  private let loop: EventLoop
  private var timer: Timer?
  private var deadline: Timer?
  private var session: Session?
  private var isStopped = false

  /// Begins at once; the caller is on `loop`.
  init(_ shared: Shared, on loop: EventLoop) {
    target = shared.target
    seconds = shared.configuration.reportRefreshSeconds
    log = shared.log
    figures = shared.metrics.report
    self.loop = loop
    timer = Timer(on: loop) { [unowned self] in start() }
    deadline = Timer(on: loop) { [unowned self] in session?.close() }
    start()
  }

  /// Asks no more. A refresh under way is left to the server, which keeps all of it or nothing.
  func stop() {
    isStopped = true
    timer?.disarm()
    session?.close()
  }

  /// The timer is armed again only when this attempt is over, so none overlaps the next.
  private func start() { loop.spawn { await self.run() } }

  private func run() async {
    let pause: Duration
    do throws(PostgresError) {
      pause = took(try await refresh())
    } catch {
      if isStopped { return }
      figures.failures.add(1, ordering: .relaxed)
      log.write(.error, "the report could not be refreshed", ["error": error.debugDescription])
      pause = min(Self.retryAfterMax, .seconds(seconds))
    }
    if !isStopped { timer?.arm(after: pause) }
  }

  private func refresh() async throws(PostgresError) -> ReportRefresher.Result {
    var settings = PostgresSettings.administration
    settings.applicationName = "waybill report"
    let session = try await Session.open(target, settings: settings, on: loop)
    defer {
      deadline?.disarm()
      session.close()
      self.session = nil
    }
    guard !isStopped else { throw .unavailable(reason: "stopping") }
    self.session = session
    deadline?.arm(after: ReportRefresher.timeout + Self.margin)
    return try await ReportRefresher(session).refresh(every: seconds)
  }

  /// Writes down what came of it; answers when to ask again.
  private func took(_ result: ReportRefresher.Result) -> Duration {
    if let last = result.last {
      figures.lastRefresh.store(Int(last.moment.microseconds / 1_000), ordering: .relaxed)
      figures.duration.store(Int(last.duration / .milliseconds(1)), ordering: .relaxed)
    }
    switch result.outcome {
    case "failed":
      figures.failures.add(1, ordering: .relaxed)
      log.write(.error, "the report could not be refreshed", ["error": result.failure ?? ""])
    case "refreshed":
      figures.refreshes.add(1, ordering: .relaxed)
      let milliseconds = figures.duration.load(ordering: .relaxed)
      log.write(.debug, "refreshed the report", ["milliseconds": "\(milliseconds)"])
    default: break
    }
    return max(result.dueIn, .milliseconds(1))
  }
}
