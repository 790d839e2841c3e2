import Glibc
import Orders
import TestSupport
import Testing

@testable import waybill

@Suite("The bootstrap token")
struct BootstrapTokenTests {
  private static let news = "the bootstrap token is an admin's token now"

  private static func makeToken() -> String {
    var random = SystemRandomNumberGenerator()
    return BearerToken(using: &random).secret
  }

  /// What came of a command on this database.
  private func run(
    _ words: [String], _ conninfo: String, _ settings: [String: String] = [:]
  ) async throws -> (code: Int32?, output: String) {
    let variables = settings.merging(["DATABASE_URL": conninfo]) { $1 }
    let program = try RunningProgram(variables, arguments: words)
    let code = await program.exitCode()
    return (code, program.log)
  }

  private func migrate(
    _ conninfo: String, token: String
  ) async throws -> (code: Int32?, output: String) {
    try await run(["migrate"], conninfo, ["WAYBILL_BOOTSTRAP_TOKEN": token])
  }

  @Test("lets an admin in after migrating, is made once and said nowhere")
  func admitted() async throws {
    let (token, folder) = (Self.makeToken(), try TemporaryFolder())
    try folder.write(Array("\(token)\n".utf8), to: "token")
    let file = ["WAYBILL_BOOTSTRAP_TOKEN_FILE": folder.path + "/token"]
    let conninfo = try TestCluster.shared.makeEmptyDatabase()

    let first = try await run(["migrate"], conninfo, file)
    let second = try await run(["migrate"], conninfo, file)

    #expect(first.code == 0 && first.output.contains(Self.news), "\(first)")
    #expect(second.code == 0 && !second.output.contains("token"), "\(second)")
    let tokens = try await run(["token", "list", "--json"], conninfo)
    #expect(tokens.output.ranges(of: #""number":"#).count == 1, "\(tokens)")
    #expect(tokens.output.contains(#""role":"admin""#), "\(tokens)")
    let service = try RunningProgram(["DATABASE_URL": conninfo, "WAYBILL_AUTH": "tokens"])
    let port = try await service.port()
    try await eventually("the service is ready") {
      PlainClient(port: port)?.status(of: "/readyz") == 200
    }
    #expect(PlainClient(port: port)?.status(of: "/orders", token: token) == 200)
    #expect(PlainClient(port: port)?.status(of: "/orders", token: Self.makeToken()) == 401)
    service.signal(SIGTERM)
    #expect(await service.exitCode() == 0)
    for text in [first.output, second.output, tokens.output, service.log] {
      #expect(!text.contains(token.dropFirst("wb_".count)))
    }
  }

  @Test("is made once however many migrate at the same moment")
  func atOnce() async throws {
    let (token, conninfo) = (Self.makeToken(), try await MigratedDatabase.make())

    let outcomes = try await withThrowingTaskGroup(of: (code: Int32?, output: String).self) {
      group in
      for _ in 0..<4 { group.addTask { try await migrate(conninfo, token: token) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }

    #expect(outcomes.allSatisfy { $0.code == 0 }, "\(outcomes)")
    #expect(outcomes.count { $0.output.contains(Self.news) } == 1, "\(outcomes)")
    #expect(!outcomes.contains { $0.output.contains("was revoked") }, "\(outcomes)")
  }

  @Test("is not made when an admin's token holds, nor again when somebody has revoked it")
  func notAgain() async throws {
    let (token, other) = (Self.makeToken(), Self.makeToken())
    let conninfo = try await MigratedDatabase.make()
    #expect(try await migrate(conninfo, token: token).output.contains(Self.news))

    let whileItHolds = try await migrate(conninfo, token: other)
    #expect(try await run(["token", "revoke", "1"], conninfo).code == 0)
    let revoked = try await migrate(conninfo, token: token)
    let another = try await migrate(conninfo, token: other)

    #expect(whileItHolds.code == 0 && !whileItHolds.output.contains("token"), "\(whileItHolds)")
    #expect(revoked.code == 0, "\(revoked)")
    #expect(
      revoked.output.contains("no admin's token holds, and the bootstrap token was revoked"),
      "\(revoked)")
    #expect(!revoked.output.contains(Self.news), "\(revoked)")
    #expect(another.code == 0 && another.output.contains(Self.news), "\(another)")
  }

  @Test("is refused in one line when it is no token", arguments: ["migrate", "serve"])
  func wrongForm(command: String) async throws {
    let token = String(Self.makeToken().dropLast())
    let conninfo = try TestCluster.shared.makeEmptyDatabase()

    let (code, output) = try await run([command], conninfo, ["WAYBILL_BOOTSTRAP_TOKEN": token])

    #expect(code == 1)
    #expect(output.hasPrefix("waybill: WAYBILL_BOOTSTRAP_TOKEN is no token: give it wb_ and 64"))
    #expect(output.split(separator: "\n").count == 1, "\(output)")
    #expect(!output.contains(token))
  }

  @Test("lets an admin into a service with a private database")
  func embedded() async throws {
    let token = Self.makeToken()
    let service = try RunningProgram([
      "WAYBILL_HOME": TestCluster.makeHome(), "WAYBILL_AUTH": "tokens",
      "WAYBILL_BOOTSTRAP_TOKEN": token,
    ])
    let port = try await service.port()

    #expect(PlainClient(port: port)?.status(of: "/orders", token: token) == 200)
    #expect(service.log.contains(Self.news) && !service.log.contains(token))
    service.signal(SIGTERM)
    #expect(await service.exitCode() == 0)
  }
}
