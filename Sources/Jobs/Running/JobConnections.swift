import EventLoop
package import Postgres
package import Telemetry

/// How a job reaches the database. Lives on its loop.
package final class JobConnections {
  /// The loop's connections, for short statements.
  package let database: Database
  package let log: Log
  private let name: String
  private let target: ConnectionString
  private var session: Session?
  private var isClosed = false

  init(_ name: String, _ context: JobContext) {
    self.name = name
    target = context.target
    database = context.database
    log = context.log
  }

  /// Does `work` on a session that is opened for it. When it has not ended after `timeout`, the
  /// session is closed, and the work fails.
  package func withSession<Result>(
    timeout: Duration, _ work: (Session) async throws(PostgresError) -> Result
  ) async throws(PostgresError) -> Result {
    var settings = PostgresSettings.administration
    settings.applicationName = "waybill \(name)"
    let session = try await Session.open(target, settings: settings, on: database.loop)
    let deadline = Timer(on: database.loop) { session.close() }
    defer {
      deadline.disarm()
      session.close()
      self.session = nil
    }
    guard !isClosed else { throw .unavailable(reason: "stopping") }
    self.session = session
    deadline.arm(after: timeout)
    return try await work(session)
  }

  /// Closes the session in use and lets no other be used.
  func close() {
    isClosed = true
    session?.close()
  }
}
