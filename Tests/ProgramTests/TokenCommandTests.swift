import Orders
import TestSupport
import Testing

@testable import waybill

@Suite("waybill token")
struct TokenCommandTests {
  typealias Understood = (words: String, command: TokenCommand)
  static let understood: [Understood] = [
    ("list", .list), ("revoke 7", .revoke(number: 7)),
    ("rotate 7", .rotate(number: 7, days: nil, overlap: nil)),
    ("rotate 7 --overlap-days 0 --days 9", .rotate(number: 7, days: "9", overlap: "0")),
    ("create --role admin", .create(role: "admin", customer: nil, name: nil, days: nil)),
    (
      "create --customer c-1 --name Till --role customer --days 30",
      .create(role: "customer", customer: "c-1", name: "Till", days: "30")
    ),
  ]

  @Test("lists a token on a line of its own, whatever its name holds")
  func line() throws {
    let token = Token(
      number: 3, role: try #require(Role("customer", customer: CustomerID("c\t1"))),
      name: "a\tb\nc\u{1B}[31m", createdAt: Timestamp(microseconds: 0), expiresAt: nil,
      revokedAt: nil, lastUsedAt: nil)

    #expect(
      token.line
        == "3\tcustomer\tc\u{FFFD}1\ta\u{FFFD}b\u{FFFD}c\u{FFFD}[31m"
        + "\tmade 1970-01-01T00:00:00.000Z\tnever used")
  }

  @Test("understands its words", arguments: understood)
  func words(_ example: Understood) throws {
    let words = example.words.split(separator: " ").map(String.init)

    #expect(try TokenCommand(words[...]) == example.command)
  }

  @Test(
    "says what is wrong with the others",
    arguments: [
      "", "make", "list all", "revoke", "revoke x", "revoke 1 2", "create", "create --name x",
      "create --role", "create --role admin --role admin", "create admin",
      "create --role admin --color red", "rotate", "rotate x", "rotate 1 --name x",
    ])
  func refused(_ words: String) {
    let words = words.split(separator: " ").map(String.init)

    #expect(throws: ConfigurationError.self) { try TokenCommand(words[...]) }
  }

  @Test("makes one that the shop takes, and ends it; its text is shown that once")
  func life() async throws {
    let variables = ["DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_SEED": "demo"]
    let service = try RunningProgram(variables)
    let port = try await service.port()
    func run(_ arguments: String...) async throws -> (code: Int32?, output: String) {
      let program = try RunningProgram(variables, arguments: ["token"] + arguments)
      return (await program.exitCode(), program.log)
    }
    func status(_ token: Substring) -> Int? {
      PlainClient(port: port)?.status(of: "/shop/orders/1", token: String(token))
    }

    let made = try await run("create", "--role", "customer", "--customer", "c-1", "--name", "Till")
    let token = try #require(made.output.split(separator: "\n").first { $0.hasPrefix("wb_") })
    #expect(made.code == 0 && status(token) == 404, "\(made.output)")
    let listed = try await run("list").output
    #expect(listed.contains("1\tcustomer\tc-1\tTill\tmade ") && !listed.contains(token))
    #expect(try await run("revoke", "1").code == 0)
    try await eventually("it is refused") { status(token) == 401 }

    #expect(try await run("revoke", "9").code == 1)
    let nobody = try await run("create", "--role", "customer")
    #expect(nobody.code == 1 && nobody.output.contains("needs --customer ID"))
    #expect(!service.log.contains(token), "no log has a token")
  }
}
