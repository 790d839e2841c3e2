import Glibc
import HTTP
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import waybill

/// The built program with the real pooler between it and the database.
@Suite("With a pooler before the database the program")
struct PoolerProgramTests {
  private static let order =
    #"{"customer_id":"c","items":[{"name":"Gift wrap","quantity":1,"price":3.50}]}"#

  private static func post(_ body: String, to path: String, _ client: PlainClient?) -> String {
    client?.exchange(
      "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)") ?? ""
  }

  private static func isReady(_ port: UInt16) async throws {
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
  }

  /// A database whose own settings would have values written in other forms.
  private static func makeForeignDatabase() async throws -> String {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      let name = try await session.rows("SELECT current_database()")[0].text(0)
      for setting in [
        "datestyle = 'German, DMY'", "timezone = 'Asia/Kathmandu'", "bytea_output = 'escape'",
        "lc_time = 'C'", "lc_numeric = 'C'", "intervalstyle = 'sql_standard'",
        "quote_all_identifiers = on",
      ] {
        try await session.run(unsafeText: "ALTER DATABASE \(name) SET \(setting)")
      }
      session.close()
    }
    return conninfo
  }

  /// The time as the service writes it.
  private static func now(_ conninfo: String) async throws -> String {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      let form = #"YYYY-MM-DD"T"HH24:MI:SS.MS"Z""#
      return try await session.rows(
        "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', \(form))")[0].text(0)
    }
  }

  @Test("in session mode reads and writes right times, whatever the database's own settings are")
  func sessionMode() async throws {
    let direct = try await Self.makeForeignDatabase()
    let pooler = try PgBouncer(before: direct, mode: "session", poolSize: 40)
    try await pooler.ready()
    let program = try RunningProgram(["DATABASE_URL": pooler.connectionString])
    let port = try await program.port()
    try await Self.isReady(port)

    let before = try await Self.now(direct)
    let answer = Self.post(Self.order, to: "/orders", PlainClient(port: port))

    #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(answer)")
    let moment = try #require(answer.firstMatch(of: #/"created_at":"([^"]*)"/#)).1
    // Texts of one length and form sort as their times do.
    let after = try await Self.now(direct)
    #expect(before <= moment && moment <= after, "\(before) \(moment) \(after)")
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
    #expect(!program.log.contains(#""level":"error""#))
  }

  @Test(
    "in transaction mode does not start, and says what to do",
    arguments: [[:], ["WAYBILL_PREPARED_STATEMENTS": "off"]])
  func refused(variables: [String: String]) async throws {
    let pooler = try PgBouncer(before: try await MigratedDatabase.make(), mode: "transaction")
    try await pooler.ready()
    let program = try RunningProgram(
      variables.merging(["DATABASE_URL": pooler.connectionString]) { $1 })

    #expect(await program.exitCode() == 1)
    let last = program.log.split(separator: "\n").last ?? ""
    #expect(
      last == """
        waybill: the database is behind a pooler in transaction mode: use session mode, or set \
        WAYBILL_PREPARED_STATEMENTS=off and WAYBILL_DIRECT_DATABASE_URL
        """)
  }

  @Test("in transaction mode serves without prepared statements, its jobs beside the pooler")
  func transactionMode() async throws {
    let direct = try await Self.makeForeignDatabase()
    let pooler = try PgBouncer(before: direct, mode: "transaction", poolSize: 3)
    try await pooler.ready()
    let variables = [
      "DATABASE_URL": pooler.connectionString, "WAYBILL_DIRECT_DATABASE_URL": direct,
      "WAYBILL_PREPARED_STATEMENTS": "off", "LOG_LEVEL": "notice", "WAYBILL_LOOPS": "2",
    ]
    let program = try RunningProgram(variables)
    let port = try await program.port()
    try await Self.isReady(port)

    let statuses = Mutex<[String: Int]>([:])
    let clients = (0..<8).map { number in
      Thread {
        let client = PlainClient(port: port)
        for turn in 0..<25 {
          let answers = [
            Self.post(Self.order, to: "/orders", client),
            client?.exchange("GET /orders?limit=2 HTTP/1.1\r\nHost: localhost\r\n\r\n") ?? "",
            Self.post(#"{"id":"c-\#(number)-\#(turn)"}"#, to: "/fulfilment/order", client),
            client?.exchange("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n") ?? "",
          ]
          for answer in answers {
            statuses.withLock { $0[String(answer.prefix(12)), default: 0] += 1 }
          }
        }
      }
    }
    try await blocking { for client in clients { client.join() } }

    #expect(statuses.withLock { $0 } == ["HTTP/1.1 201": 400, "HTTP/1.1 200": 400])
    let doctor = try RunningProgram(variables, arguments: ["doctor", "--instances", "2"])
    _ = await doctor.exitCode()
    #expect(doctor.log.contains("connections: ok, 10 an instance for jobs and commands, "))
    #expect(doctor.log.contains("; the pooler must take 20 clients (max_client_conn)"))
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
    #expect(!program.log.contains(#""level":"error""#), "\(program.log)")
  }
}
