import EventLoop
package import OrderStore
import Postgres
package import Telemetry

/// Gives positions in the feed to new events. The database tells it when any instance has done so.
///
/// It does so soon after a write of this instance, and from time to time for events that were
/// written elsewhere, such as in psql.
package struct FeedJob: Job {
  package let name = "feed"

  private let signal: FeedSignal
  private let counted = FeedFigures()

  package init(_ signal: FeedSignal) { self.signal = signal }

  package var figures: (any FigureGroup)? { counted }

  package func start(_ context: JobContext) -> (any RunningJob)? {
    FeedRunner(signal, name: name, counted, context)
  }
}

/// What this instance did for the feed.
struct FeedFigures: FigureGroup {
  let sequenced = Counter(
    "feed_events_sequenced_total", "Events to which this instance gave a position in the feed")
  let failures = Counter(
    "feed_sequencing_failures_total", "Times that this instance could not give positions")
  let unsequenced = Gauge(
    "feed_unsequenced_seconds", unit: .milliseconds,
    "For how long this instance has not been able to give positions to new events")
}

/// Lives on its loop.
final class FeedRunner: RunningJob {
  /// The shortest time between two beginnings. Events committed meanwhile share a tick.
  private static let shortPause = Duration.milliseconds(20)
  /// The longest time between an end and the next beginning, for changes that no instance made.
  private static let longPause = Duration.milliseconds(250)
  /// How long it may take after a statement that changed all rows of a table: some seconds for a
  /// million events.
  private static let backlogTimeout = Duration.seconds(600)

  private let signal: FeedSignal
  private let figures: FeedFigures
  private let feed: FeedRepository
  private let connections: JobConnections
  private let log: Log
  private let loop: EventLoop
  private var notifications: Notifications?
  private var timer: Timer?
  private var isSequencing = false
  private var isStopped = false
  private var begunAt: Instant
  /// When giving positions succeeded last.
  private var succeededAt: Instant
  private var hasFailed = false

  init(_ signal: FeedSignal, name: String, _ figures: FeedFigures, _ context: JobContext) {
    self.signal = signal
    self.figures = figures
    log = context.log
    loop = context.loop
    feed = FeedRepository(context.database)
    connections = JobConnections(name, context)
    begunAt = loop.now
    succeededAt = loop.now
    timer = Timer(on: loop) { [unowned self] in beginSequencing() }
    var settings = PostgresSettings()
    settings.applicationName = "waybill \(name)"
    notifications = Notifications(
      context.target, channels: [FeedRepository.channel], checkInterval: .seconds(1),
      settings: settings,
      on: loop
    ) { [signal] event in
      if case .upToDate = event { return }
      signal.feedGrown()
    }
    let bound = LoopBound(loop, self)
    signal.onEventsWritten { [loop] in loop.execute { bound.value.sequenceSoon() } }
    beginSequencing()
  }

  func stop() {
    isStopped = true
    signal.onEventsWritten(nil)
    timer?.disarm()
    timer = nil
    notifications?.close()
    connections.close()
  }

  /// Waits for nothing: events without a position are found by other instances, or after the next
  /// start.
  func stopped() async {}

  private func sequenceSoon() {
    guard !isStopped, !isSequencing else { return }
    let due = begunAt + Self.shortPause
    if due <= loop.now { beginSequencing() } else { arm(at: due) }
  }

  private func arm(at moment: Instant) {
    guard let timer else { return }
    if !timer.isArmed || moment < timer.deadline { timer.arm(at: moment) }
  }

  private func beginSequencing() {
    guard !isStopped, !isSequencing else { return }
    isSequencing = true
    timer?.disarm()
    begunAt = loop.now
    _ = signal.takeEventsWritten()
    loop.spawn { await self.sequence() }
  }

  /// Events that became visible at the same moment get their positions at the same moment, so a
  /// transaction of very many takes longer than statements of the service may.
  private func sequenceAll() async throws(PostgresError) -> Int {
    do throws(PostgresError) {
      return try await feed.sequence()
    } catch {
      guard !isStopped, error.serverError?.state == .queryCanceled else { throw error }
      return try await connections.withSession(timeout: Self.backlogTimeout) {
        (session) throws(PostgresError) in try await FeedRepository.sequence(over: session)
      }
    }
  }

  private func sequence() async {
    do throws(PostgresError) {
      figures.sequenced.add(try await sequenceAll())
      succeededAt = loop.now
      hasFailed = false
      figures.unsequenced.set(0)
    } catch {
      guard !isStopped else { return }
      figures.failures.add()
      figures.unsequenced.set(Int((loop.now - succeededAt) / .milliseconds(1)))
      // That the database is away is not logged here; whatever waits for it reports that.
      if !hasFailed, !error.isUnavailable {
        log.write(
          .error, "new events could not be given positions in the feed",
          ["error": error.debugDescription])
      }
      hasFailed = true
    }
    isSequencing = false
    // After a failure the next attempt comes after the long pause, whatever is written meanwhile.
    arm(at: loop.now + Self.longPause)
    if !hasFailed, signal.takeEventsWritten() { sequenceSoon() }
  }
}
