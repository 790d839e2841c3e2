import EventLoop
import OrderStore
import Postgres

/// Forgets the answers to keyed requests that nobody will ask for any more. Every instance does it;
/// what one is deleting the others pass over.
final class PruneJob {
  /// Answers are kept for a day: some minutes more or less are nothing, and a run that finds little
  /// costs little.
  private static let pause = Duration.seconds(60)
  /// The first run comes soon, as an instance may not live for long; a start comes before it.
  private static let firstPause = Duration.seconds(1)
  /// A run of many batches takes seconds; one that takes longer is given up.
  private static let timeout = Duration.seconds(50)

  private let target: ConnectionString
  private let log: Log
  private let loop: EventLoop
  private var timer: Timer?
  private var deadline: Timer?
  private var session: Session?
  private var isStopped = false

  /// Begins after a pause; the caller is on `loop`.
  init(_ shared: Shared, on loop: EventLoop) {
    target = shared.target
    log = shared.log
    self.loop = loop
    timer = Timer(on: loop) { [unowned self] in loop.spawn { await self.run() } }
    deadline = Timer(on: loop) { [unowned self] in session?.close() }
    timer?.arm(after: Self.firstPause)
  }

  /// Prunes no more; a batch under way is left to the server.
  func stop() {
    isStopped = true
    timer?.disarm()
    session?.close()
  }

  private func run() async {
    do throws(PostgresError) {
      let count = try await prune()
      if count > 0 { log.write(.debug, "pruned answers", ["count": "\(count)"]) }
    } catch {
      // The next run does this one's work, too.
      if !isStopped {
        log.write(.warning, "answers could not be pruned", ["error": error.debugDescription])
      }
    }
    if !isStopped { timer?.arm(after: Self.pause) }
  }

  private func prune() async throws(PostgresError) -> Int {
    var settings = PostgresSettings.administration
    settings.applicationName = "waybill prune"
    let session = try await Session.open(target, settings: settings, on: loop)
    defer {
      deadline?.disarm()
      session.close()
      self.session = nil
    }
    guard !isStopped else { return 0 }
    self.session = session
    deadline?.arm(after: Self.timeout)
    return try await AnswerPruner(session).prune()
  }
}
