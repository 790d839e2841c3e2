import PrivateCluster
import TestSupport

/// A primary with the service's database, its standbys, and a program that reads from them.
final class ReplicatedDatabase: Sendable {
  private static let rules = ["host all all 127.0.0.1/32 trust"]

  let primary: TestServer
  let standbys: [TestServer]

  init(standbys count: Int) async throws {
    let primary = try await blocking { try Self.primary() }
    self.primary = primary
    try await MigratedDatabase.prepare(Self.ownersConninfo(primary))
    standbys = try await blocking {
      try (0..<count).map { _ in
        let standby = try TestServer(standbyOf: primary)
        try Self.start(standby)
        return standby
      }
    }
  }

  static func primary() throws -> TestServer {
    let server = try TestServer()
    try start(server)
    _ = try server.makeOrdersDatabase()
    return server
  }

  static func start(_ server: TestServer) throws { try server.start(rules: rules) }

  /// A standby without which the primary acknowledges nothing more.
  static func synchronousStandby(
    of primary: TestServer, port: UInt16? = nil
  ) throws -> TestServer {
    let standby = try TestServer(standbyOf: primary, port: port)
    try start(standby)
    try primary.commitsWait(for: standby.name)
    try primary.wait(
      until: "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
    return standby
  }

  /// The database of a server as its owner sees it.
  static func ownersConninfo(_ server: TestServer) -> String {
    server.connectionString(database: "orders") + " user=\(ClusterRole.owner.rawValue)"
  }

  /// The database of these servers as the service sees it.
  static func conninfo(_ servers: [TestServer]) -> String {
    let hosts = servers.map { _ in "127.0.0.1" }.joined(separator: ",")
    let ports = servers.map { "\($0.port)" }.joined(separator: ",")
    return "host=\(hosts) port=\(ports) dbname=orders user=\(ClusterRole.service.rawValue)"
  }

  /// Lets a standby wait before it shows a commit.
  static func delay(_ standby: TestServer, milliseconds: Int) async throws {
    try await blocking {
      try standby.sql("ALTER SYSTEM SET recovery_min_apply_delay = \(milliseconds)")
      try standby.sql("SELECT pg_reload_conf()")
    }
  }

  /// A program that reads from these replicas, by default all standbys.
  func program(
    _ variables: [String: String] = [:], replicas: [TestServer]? = nil
  ) throws -> RunningProgram {
    try RunningProgram(
      [
        "LOG_LEVEL": "notice", "DATABASE_URL": Self.conninfo([primary]),
        "WAYBILL_REPLICA_URL": Self.conninfo(replicas ?? standbys), "WAYBILL_METRICS": "open",
      ].merging(variables) { $1 })
  }
}

/// A figure of a running program; 0 when there is none.
func figure(_ name: String, port: UInt16) async -> Double {
  let text = await PlainClient.body(of: "/metrics", port: port)
  return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    .flatMap { Double($0.split(separator: " ").last ?? "") } ?? 0
}

/// A figure of one replica.
func figure(_ name: String, of replica: TestServer, port: UInt16) async -> Double {
  await figure("\(name){replica=\"127.0.0.1:\(replica.port)\"}", port: port)
}
