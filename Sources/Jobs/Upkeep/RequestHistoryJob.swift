import EventLoop
package import Postgres
package import Telemetry

/// Takes the samples of the last hour that the console shows. It asks no database.
package struct RequestHistoryJob: PeriodicJob {
  package let name = "request history"
  package let lock: String? = nil

  private let history: RequestHistory

  /// Takes samples for this history.
  package init(_ history: RequestHistory) { self.history = history }

  package func run(_ connections: JobConnections) async throws(PostgresError) -> Duration {
    history.take(atMilliseconds: connections.database.loop.wallClock / 1_000_000)
    return RequestHistory.pause
  }

  package func failed(_ error: PostgresError, isRepeated: Bool, _ log: Log) -> Duration {
    RequestHistory.pause
  }
}
