import Glibc
import JSON
import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("waybill doctor")
struct DoctorTests {
  private func examine(
    _ variables: [String: String], _ arguments: String..., launcher: String? = nil
  ) async throws -> (code: Int32?, output: String) {
    let doctor = try RunningProgram(
      variables, arguments: ["doctor"] + arguments, launcher: launcher)
    return (await doctor.exitCode(), doctor.log)
  }

  @Test("finds a migrated database in order, and says so of each thing it looked at")
  func well() async throws {
    let (code, output) = try await examine(["DATABASE_URL": try await MigratedDatabase.make()])

    // The tests' server is not durable, which is the one thing to be found.
    let troubles = output.split(separator: "\n").filter { !$0.contains(": ok") }
    #expect(code == 1 && troubles.count == 1, "\(output)")
    #expect(troubles.first?.hasPrefix("durability: fsync, full_page_writes") == true)
    let subjects = output.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    #expect(
      subjects == [
        "program", "settings", "database", "writes", "pooler", "clock", "connections", "durability",
        "schema", "rights", "currency", "report",
      ])
  }

  @Test("is content with the private database of a service that runs, and leaves it running")
  func embedded() async throws {
    let variables = ["WAYBILL_HOME": TestCluster.makeHome()]
    let service = try RunningProgram(variables)
    let port = try await service.port()

    let (code, output) = try await examine(variables)

    #expect(code == 0, "\(output)")
    #expect(output.contains("disk: ok, ") && output.contains("private server: ok, /"))
    #expect(PlainClient(port: port)?.status(of: "/readyz") == 200)
    service.signal(SIGTERM)
    #expect(await service.exitCode() == 0)
    let stopped = try await examine(variables)
    #expect(stopped.code == 1 && stopped.output.contains("does not run: `waybill serve` starts it"))
  }

  @Test("writes nothing where there is no private database yet, and says that there is none")
  func nothing() async throws {
    let folder = try TemporaryFolder()

    let (code, output) = try await examine(
      [:], launcher: #"cd \#(folder.path) && "$0" "$@"; code=$?; ls -A; exit $code"#)

    #expect(code == 1)
    let last = "database: there is no private database in .waybill yet: `waybill serve` makes one"
    #expect(output.split(separator: "\n").last?.hasPrefix(last) == true, "\(output)")
  }

  typealias Spoilt = (why: String, statement: String, finding: String)
  static let spoilt: [Spoilt] = [
    (
      "no writes", "ALTER DATABASE :name SET default_transaction_read_only = on",
      "writes: transactions are read-only here: see default_transaction_read_only"
    ),
    (
      "few connections", "ALTER DATABASE :name CONNECTION LIMIT 3",
      "connections: 1 instance may open 20 (20 an instance: 1 loop with 10, and 10 for jobs "
        + "and commands), and the server, the database or the role allows 3: lower"
    ),
    (
      "a missing function", "DROP FUNCTION place_orders",
      "schema: missing function waybill.place_orders("
    ),
    (
      "a right taken away", "REVOKE ALL ON FUNCTION ship_order FROM waybill_service",
      "rights: the role lacks EXECUTE on ship_order: run waybill migrate as the owner"
    ),
    (
      "an old report",
      """
      INSERT INTO report_refreshes (started_at, finished_at, changes, rows)
      VALUES (now() - interval '1 day', now() - interval '1 day', 0, 0)
      """,
      "report: 86"
    ),
    (
      "another currency", "SELECT settle_currency('EUR')",
      "currency: WAYBILL_CURRENCY is not set, and the amounts in the database are in EUR: set "
        + "WAYBILL_CURRENCY=EUR, as for its other instances"
    ),
    ("no schema", "DROP TABLE schema_migrations", "run waybill migrate"),
  ]

  @Test("says what is wrong with a database, and what to do", arguments: spoilt)
  func trouble(_ example: Spoilt) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      let name = try await session.rows("SELECT quote_ident(current_database())")[0].text(0)
      try await session.run(unsafeText: example.statement.replacing(":name", with: name))
      session.close()
    }

    let (code, output) = try await examine(["DATABASE_URL": conninfo])

    #expect(code == 1)
    #expect(output.contains(example.finding), "\(output)")
  }

  @Test("counts the connections of as many instances as are meant to run")
  func instances() async throws {
    let variables = [
      "DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_LOOPS": "3",
      "WAYBILL_DB_CONNECTIONS": "12",
    ]
    let limit = try await onLoop { loop in
      let session = try await Session.open(
        try ConnectionString(try #require(variables["DATABASE_URL"])), on: loop)
      defer { session.close() }
      return try await session.rows(
        """
        SELECT current_setting('max_connections')::bigint
               - current_setting('superuser_reserved_connections')::bigint
        """)[0].int(0)
    }
    let room = limit / 22

    let enough = try await examine(variables, "--instances", "\(room)").output
    let tooMany = try await examine(variables, "--instances", "\(room + 1)").output

    let each = "22 an instance: 3 loops with 4, and 10 for jobs and commands"
    #expect(
      enough.contains("connections: ok, \(each), \(limit) allowed: enough for \(room) instance"),
      "\(enough)")
    #expect(
      tooMany.contains(
        "connections: \(room + 1) instances may open \((room + 1) * 22) (\(each)), and the server, "
          + "the database or the role allows \(limit): lower WAYBILL_DB_CONNECTIONS"),
      "\(tooMany)")
    #expect(try await examine(variables, "--instances", "0").code == 2)

    let reading = variables.merging(["WAYBILL_REPLICA_URL": variables["DATABASE_URL"] ?? ""]) { $1 }
    let withReplicas = try await examine(reading).output
    #expect(
      withReplicas.contains(
        "connections: ok, 30 an instance: 3 loops with 4, 8 for replicas, and 10 for jobs and "
          + "commands, "), "\(withReplicas)")
  }

  @Test("says that a server cannot be reached, or a setting is wrong, and tells programs in JSON")
  func json() async throws {
    for (variables, subject) in [
      (["DATABASE_URL": "host=/nowhere"], "database"), (["PORT": "x"], "settings"),
    ] {
      let (code, output) = try await examine(variables, "--json")

      let document = try JSONValue(parsing: Array(output.utf8))
      #expect(code == 1 && document["ok"] == .boolean(false))
      guard case .array(let findings) = document["findings"] else {
        Issue.record("no findings: \(output)")
        return
      }
      #expect(
        findings.last?["subject"] == .string(subject) && findings.last?["ok"] == .boolean(false))
    }
  }
}
