import EventLoop
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import OrderStore

/// While a primary dies, its commits that wait for the standby can be seen for a moment. The server
/// that takes over has other events at their positions.
@Suite("While the synchronous standby is away, the feed")
struct ReplicatedFeedTests {
  @Test("shows what the standby is known to have, and nothing else")
  func showsTheReplicated() async throws {
    let (server, target) = try await TestServer.withOrders()
    try await onLoop { loop in
      var settings = PostgresSettings()
      settings.answerMargin = .milliseconds(-1_500)
      let database = Database(target, settings: settings, on: loop)
      let knowing = FeedRepository(database)
      _ = try await database.write("INSERT INTO customers (id) VALUES ('a'), ('b')")
      #expect(try await knowing.sequence() == 2)
      // A standby that is there is played by nobody having to wait for it.
      try await blocking { try server.commitsWait(for: "nobody", while: "local") }
      #expect(try await knowing.page(after: .start, size: 1).events.count == 1)
      try await blocking { try server.commitsWait(for: "nobody", while: "on") }

      #expect(try await knowing.page(after: .start, size: 1).events.count == 1)
      await #expect(throws: OrderError.self) { try await knowing.page(after: .start, size: 2) }
      let fresh = FeedRepository(database)
      await #expect(throws: OrderError.self) { try await fresh.page(after: .start, size: 1) }
      await #expect(throws: OrderError.self) { try await fresh.head() }
      await #expect(throws: OrderError.self) { try await fresh.event(at: 1) }

      try await blocking { try server.commitsWait(for: "", while: "on") }
      #expect(try await fresh.page(after: .start, size: 2).events.count == 2)
      #expect(try await fresh.head().position == 2)
      await database.close()
    }
  }
}

extension TestServer {
  /// Starts a server with a migrated database, and how the service connects to that.
  static func withOrders() async throws -> (server: TestServer, target: ConnectionString) {
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
  func commitsWait(for standby: String, while commit: String) throws {
    try sql("ALTER SYSTEM SET synchronous_standby_names = '\(standby)'")
    try sql("ALTER SYSTEM SET synchronous_commit = '\(commit)'")
    try sql("SELECT pg_reload_conf()")
    try wait(
      until: """
        SELECT current_setting('synchronous_standby_names') = '\(standby)'
               AND current_setting('synchronous_commit') = '\(commit)'
        """)
  }
}
