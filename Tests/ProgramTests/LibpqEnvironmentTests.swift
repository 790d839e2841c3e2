import Glibc
import Postgres
import PrivateCluster
import TestSupport
import Testing

@Suite("What libpq reads in the environment")
struct LibpqEnvironmentTests {
  private static let session = [
    "PGCLIENTENCODING": "LATIN1", "PGTZ": "Asia/Tokyo", "PGDATESTYLE": "German", "PGGEQO": "x",
  ]

  @Test("does not lead the service away from its own database")
  func embedded() async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let variables = [
      "WAYBILL_HOME": home, "PGSERVICE": "nosuch", "PGHOSTADDR": "10.0.0.1", "PGSSLMODE": "bad",
      "PGTARGETSESSIONATTRS": "standby", "PGOPTIONS": "-c default_transaction_read_only=on",
    ].merging(Self.session) { $1 }

    let program = try RunningProgram(variables)
    let port = try await program.port()

    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    let seed = try RunningProgram(variables, arguments: ["seed"])
    #expect(await seed.exitCode() == 0, "\(seed.log)")
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("names somebody else's database, but not the form of its values")
  func external() async throws {
    let conninfo = try await MigratedDatabase.make()
    let user = try #require(conninfo.firstMatch(of: #/ user='(\w+)'/#))
    let variables = [
      "DATABASE_URL": conninfo.replacing(user.0, with: ""), "PGUSER": String(user.1),
      "WAYBILL_SEED": "demo",
    ].merging(Self.session) { $1 }

    let program = try RunningProgram(variables)
    let port = try await program.port()

    try await eventually("the demo orders are there") {
      await PlainClient.get("/orders", port: port).contains("demo-1")
    }
  }
}
