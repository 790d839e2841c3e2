package import Postgres
import PrivateCluster

extension TestServer {
  /// Starts a server with a migrated database, and how the service connects to that.
  package static func withOrders() async throws -> (server: TestServer, target: ConnectionString) {
    let server = try await blocking {
      let server = try TestServer()
      try server.start()
      return server
    }
    let conninfo = try server.makeOrdersDatabase()
    try await MigratedDatabase.prepare(conninfo)
    return (server, try ConnectionString(MigratedDatabase.as(.service, conninfo)))
  }

  /// Sets which standby commits wait for, and whether they do.
  package func commitsWait(for standby: String, while commit: String = "on") throws {
    try sql("ALTER SYSTEM SET synchronous_standby_names = '\(standby)'")
    try sql("ALTER SYSTEM SET synchronous_commit = '\(commit)'")
    try sql("SELECT pg_reload_conf()")
    try wait(
      until: """
        SELECT current_setting('synchronous_standby_names') = '\(standby)'
               AND current_setting('synchronous_commit') = '\(commit)'
        """)
  }

  /// Makes a standby show nothing newer than it does now.
  package func pauseReplay() throws {
    try sql("SELECT pg_wal_replay_pause()")
    try wait(until: "SELECT pg_get_wal_replay_pause_state() = 'paused'")
  }
}
