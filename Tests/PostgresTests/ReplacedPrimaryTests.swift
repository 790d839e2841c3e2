import EventLoop
import PrivateCluster
import Telemetry
import TestSupport
import Testing

@testable import Postgres

/// Patroni may have died on a primary that runs on. Its commits wait for a standby that follows
/// another primary now, but it still says that it takes writes.
@Suite("When a primary was replaced and does not know")
struct ReplacedPrimaryTests {
  @Test("the first commit that has no answer leads to the new one, and nothing to the old one")
  func leavesIt() async throws {
    let (old, new) = try await blocking { (try Self.primary(), try Self.primary()) }
    let target = try Self.target(old, new)
    try await onLoop { loop in
      let database = Database(target, settings: Self.settings, on: loop)
      try await eventually("all connect") { database.metrics.connectionsOpen.value == 10 }
      try await blocking { try Self.loseStandby(old) }

      let failure = await database.failure(writing: "CREATE TABLE public.t (a bigint)")
      #expect(failure?.isOutcomeUnknown == true, "\(String(reflecting: failure))")
      try await eventually("all connections are to the new one") {
        let port = try await database.read("SELECT inet_server_port()")[0].int(0)
        let left = try await blocking { try Self.connections(to: old) }
        return port == Int(new.port) && left == "0"
      }
      #expect(await database.failure(writing: "CREATE TABLE public.u (a bigint)") == nil)
      await database.close()
    }
    let present = "SELECT to_regclass('public.u') IS NOT NULL"
    let (atNew, atOld) = try await blocking { (try new.sql(present), try old.sql(present)) }
    #expect(atNew == "t" && atOld == "f")
  }

  @Test("what listens for changes leaves it, too, and says that it has missed some")
  func listenerLeavesIt() async throws {
    let (old, new) = try await blocking { (try Self.primary(), try Self.primary()) }
    let target = try Self.target(old, new)
    try await onLoop { loop in
      var (starts, checks) = (0, 0)
      let notifications = Notifications(
        target, channels: ["changes"], checkInterval: .milliseconds(50), settings: Self.settings,
        on: loop
      ) { event in
        switch event {
        case .listening: starts += 1
        case .upToDate: checks += 1
        case .notified: break
        }
      }
      try await eventually("it listens to the old one") {
        try await blocking { try Self.connections(to: old) } == "1" && checks > 0
      }
      try await blocking { try Self.loseStandby(old) }

      try await eventually("it listens to the new one") { starts == 2 }
      #expect(try await blocking { try Self.connections(to: new) } == "1")
      let before = checks
      try await eventually("it is up to date again") { checks > before }
      notifications.close()
    }
  }

  /// A statement without an answer is noticed soon.
  private static var settings: PostgresSettings {
    var settings = PostgresSettings()
    settings.statementTimeout = .milliseconds(300)
    settings.answerMargin = .milliseconds(200)
    return settings
  }

  private static func target(_ old: TestServer, _ new: TestServer) throws -> ConnectionString {
    try ConnectionString(
      "host=127.0.0.1,127.0.0.1 port=\(old.port),\(new.port) dbname=postgres "
        + "user=\(TestServer.administrator) target_session_attrs=read-write")
  }

  private static func primary() throws -> TestServer {
    let server = try TestServer()
    try server.start(rules: ["host all all 127.0.0.1/32 trust"])
    return server
  }

  /// From now on its commits wait for a standby that does not come.
  private static func loseStandby(_ server: TestServer) throws {
    try server.commitsWait(for: "nobody")
  }

  /// How many connections of ours it has, but for those whose commits still wait.
  private static func connections(to server: TestServer) throws -> String {
    try server.sql(
      """
      SELECT count(*) FROM pg_stat_activity
       WHERE application_name = 'waybill' AND wait_event IS DISTINCT FROM 'SyncRep'
      """)
  }
}
