import OrderStore
package import Postgres
package import Telemetry

/// Deletes the stored answers to keyed requests when they are too old to be asked for, and the
/// sessions of browsers that have ended.
package struct PruneJob: PeriodicJob {
  package let name = "prune"
  /// Every instance deletes; each passes over the rows that another one is deleting.
  package let lock: String? = nil
  /// Soon after the start, as an instance may not live for long, but not while it is starting.
  package let firstPause = Duration.seconds(1)

  /// Answers are kept for a day, so a minute more or less does not matter, and a run that finds
  /// little costs little.
  private static let pause = Duration.seconds(60)
  /// A run of many batches takes some seconds.
  private static let timeout = Duration.seconds(50)

  package init() {}

  package func run(_ connections: JobConnections) async throws(PostgresError) -> Duration {
    let (answers, sessions) = try await connections.withSession(timeout: Self.timeout) {
      (session) throws(PostgresError) in
      (try await AnswerPruner(session).prune(), try await SessionPruner(session).prune())
    }
    if answers > 0 { connections.log.write(.debug, "pruned answers", ["count": "\(answers)"]) }
    if sessions > 0 {
      connections.log.write(.debug, "pruned sessions", ["count": "\(sessions)"])
    }
    return Self.pause
  }

  package func failed(
    _ error: PostgresError, isRepeated: Bool, _ log: Log
  ) -> Duration {
    log.write(
      .warning, "answers and sessions could not be pruned", ["error": error.debugDescription])
    return Self.pause
  }
}
