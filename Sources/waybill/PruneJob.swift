import EventLoop
import OrderStore
import Postgres

/// Forgets the answers to keyed requests that nobody will ask for any more. Every instance does it;
/// what one is deleting the others pass over.
enum PruneJob {
  /// Answers are kept for a day: some minutes more or less are nothing, and a run that finds little
  /// costs little.
  private static let pause = Duration.seconds(60)
  /// The first run comes soon, as an instance may not live for long; a start comes before it.
  private static let firstPause = Duration.seconds(1)
  /// A run of many batches takes seconds; one that takes longer is given up.
  private static let timeout = Duration.seconds(50)

  /// Begins after a pause; the caller is on `loop`.
  static func start(_ shared: Shared, on loop: EventLoop) -> SessionJob {
    let log = shared.log
    return SessionJob("prune", of: shared.target, after: firstPause, timeout: timeout, on: loop) {
      (session) throws(PostgresError) in
      let count = try await AnswerPruner(session).prune()
      if count > 0 { log.write(.debug, "pruned answers", ["count": "\(count)"]) }
      return pause
    } failed: { error in
      // The next run does this one's work, too.
      log.write(.warning, "answers could not be pruned", ["error": error.debugDescription])
      return pause
    }
  }
}
