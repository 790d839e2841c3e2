import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("The service that asks for tokens")
struct AccessTests {
  /// A service with a database of somebody else's, which asks for tokens unless told otherwise.
  private struct Guarded {
    let variables: [String: String]
    let service: RunningProgram
    let port: UInt16

    init(_ more: [String: String] = [:]) async throws {
      variables = ["DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_AUTH": ""]
      service = try RunningProgram(variables.merging(more) { $1 })
      port = try await service.port()
    }

    func command(_ arguments: String...) async throws -> String {
      let program = try RunningProgram(variables, arguments: ["token"] + arguments)
      let code = await program.exitCode()
      #expect(code == 0, "\(program.log)")
      return program.log
    }

    func token(_ arguments: String...) async throws -> String {
      let program = try RunningProgram(variables, arguments: ["token"] + arguments)
      let code = await program.exitCode()
      #expect(code == 0, "\(program.log)")
      return String(try #require(program.log.split(separator: "\n").first { $0.hasPrefix("wb_") }))
    }

    func ask(_ path: String, _ token: String? = nil) async -> String {
      guard let client = PlainClient(port: port) else { return "" }
      let field = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
      client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(field)\r\n")
      return await client.readToEnd()
    }
  }

  @Test("is opened by a token, and by an admin's its metrics; no log and no answer has a token")
  func life() async throws {
    let guarded = try await Guarded()
    try await eventually("it says how to get in") {
      guarded.service.log.contains("waybill token create --role admin")
    }
    let admin = try await guarded.token("create", "--role", "admin")
    let clerk = try await guarded.token("create", "--role", "retailer", "--days", "30")
    var answers: [String] = []
    for (path, token, status) in [
      ("/orders", nil, 401), ("/orders", admin, 200), ("/orders", clerk, 200),
      ("/orders", clerk, 200), ("/metrics", nil, 401), ("/metrics", clerk, 403),
      ("/metrics", admin, 200), ("/livez", nil, 200), ("/readyz", nil, 200),
      ("/orders", "\(clerk)0", 401), ("/storefront/orders", nil, 404),
      ("/orders?access_token=\(clerk)", nil, 401),
    ] as [(String, String?, Int)] {
      answers.append(await guarded.ask(path, token))
      #expect(answers.last?.hasPrefix("HTTP/1.1 \(status) ") == true, "\(path) \(answers)")
    }
    let metrics = await guarded.ask("/metrics", admin)
    #expect(metrics.contains(#"requests_not_admitted_total{reason="no_token"} 3"#), "\(metrics)")
    #expect(metrics.contains(#"requests_not_admitted_total{reason="role"} 1"#))

    try await eventually("requests are logged with the number of their token") {
      let lines = guarded.service.log.split(separator: "\n")
      return [(#""path":"/metrics""#, 403, 2), (#""path":"/metrics""#, 200, 1)].allSatisfy {
        (path, status, token) in
        lines.contains {
          $0.contains(path) && $0.contains(#""status":\#(status),"#)
            && $0.contains(#""token":\#(token)"#)
        }
      }
    }

    let heir = try await guarded.token("rotate", "2", "--overlap-days", "0")
    try await eventually("the old token is refused") {
      await guarded.ask("/orders", clerk).hasPrefix("HTTP/1.1 401")
    }
    #expect(await guarded.ask("/orders", heir).hasPrefix("HTTP/1.1 200"))
    answers.append(try await guarded.command("list"))
    answers.append(guarded.service.log)
    for token in [admin, clerk, heir] {
      #expect(answers.allSatisfy { !$0.contains(token) }, "a token is shown once")
    }
  }

  @Test(
    "heeds a token's end on every instance at once, also when it is not told of it",
    arguments: [false, true])
  func revocation(isCut: Bool) async throws {
    let guarded = try await Guarded()
    let second = try RunningProgram(guarded.variables)
    let port = try await second.port()
    let token = try await guarded.token("create", "--role", "admin")
    let clients = try [guarded.port, port].map { try #require(PlainClient(port: $0)) }
    try await eventually("both know it") {
      clients.allSatisfy { $0.status(of: "/orders", token: token) == 200 }
    }
    let clock = ContinuousClock()
    let conninfo = guarded.variables["DATABASE_URL"] ?? ""
    let end = try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      if isCut {
        // Nobody is told of the change, and the lines break on which anybody would be.
        _ = try await session.rows("ALTER TABLE tokens DISABLE TRIGGER tokens_change")
        // Another role neither sees the service's statements nor may end its connections.
        let service = try ConnectionString(MigratedDatabase.as(.service, conninfo))
        let serviceSession = try await Session.open(service, on: loop)
        defer { serviceSession.close() }
        _ = try await serviceSession.rows(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database()
             AND query LIKE 'SELECT pg_catalog.pg_is_in_recovery()%'
          """)
      }
      _ = try await session.rows("UPDATE tokens SET revoked_at = now()")
      return clock.now
    }
    try await eventually("both refuse it") {
      clients.allSatisfy { $0.status(of: "/orders", token: token) == 401 }
    }
    // The promise is a second, which a busy machine may not have; what was looked up is remembered
    // for thirty.
    let time = clock.now - end
    #expect(time < .seconds(15))
  }

  @Test("limits what one token may ask for, when it is told to")
  func rate() async throws {
    let guarded = try await Guarded(["WAYBILL_RATE_LIMIT": "1", "WAYBILL_METRICS": "open"])
    let token = try await guarded.token("create", "--role", "admin")
    let first = await guarded.ask("/orders", token)
    #expect(first.contains("RateLimit-Policy: \"requests\";q=1;w=1\r\n"), "\(first)")
    try await eventually("one of them is too many") {
      await guarded.ask("/orders", token).hasPrefix("HTTP/1.1 429")
    }
    #expect(await guarded.ask("/metrics").hasPrefix("HTTP/1.1 200"))
  }

  @Test("says so when it is open to others")
  func openToOthers() async throws {
    let program = try RunningProgram([
      "DATABASE_URL": try await MigratedDatabase.make(), "HOST": "0.0.0.0",
    ])
    try await eventually("it warns; its log: \(program.log)") {
      program.log.contains("whoever reaches this address may do everything")
    }
  }
}
