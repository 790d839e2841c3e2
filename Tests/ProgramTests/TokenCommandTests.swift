import JSON
import Orders
import TestSupport
import Testing

@testable import waybill

@Suite("waybill token")
struct TokenCommandTests {
  private static let till = Token(
    number: 3, role: Role("customer", customer: CustomerID("c\t1"))!, name: "a\tb\nc\u{1B}[31m",
    createdAt: Timestamp(microseconds: 0), expiresAt: nil, revokedAt: nil, lastUsedAt: nil)

  @Test("lists a token on a line of its own below the titles, whatever its name holds")
  func table() {
    let table = Token.table([Self.till])

    let name = "a\u{FFFD}b\u{FFFD}c\u{FFFD}[31m"
    #expect(
      table.text(inColumns: false) == """
        NUMBER\tROLE\tCUSTOMER\tNAME\tMADE\tENDS\tREVOKED\tLAST USED
        3\tcustomer\tc\u{FFFD}1\t\(name)\t1970-01-01T00:00:00.000Z\t-\t-\t-

        """)
    #expect(
      table.text(inColumns: true) == """
        NUMBER  ROLE      CUSTOMER  NAME        MADE                      ENDS  REVOKED  LAST USED
        3       customer  c\u{FFFD}1       \(name)  1970-01-01T00:00:00.000Z  -     -        -

        """)
  }

  @Test("lists tokens for programs as JSON")
  func json() throws {
    let token = try JSONValue(parsing: Array(Token.json([Self.till]).utf8))

    #expect(
      token
        == (try JSONValue(
          parsing: Array(
            #"""
            {"tokens":[{"number":3,"role":"customer","customer_id":"c\t1",
            "name":"a\tb\nc\u001b[31m","created_at":"1970-01-01T00:00:00.000Z","expires_at":null,
            "revoked_at":null,"last_used_at":null}]}
            """#.utf8))))
  }

  @Test(
    "ends with 2 when it was not told what it needs to know",
    arguments: [
      ("create --role customer", "a customer's token needs --customer ID"),
      ("create --role admin --customer c", "which no other role may have"),
      ("create --role admin --new-customer", "--new-customer says nothing without --customer ID"),
      ("create --role admin --days 0", "--days must be a whole number from 1 to 3650"),
      ("rotate 1 --overlap-days 91", "--overlap-days must be a whole number from 0 to 90"),
      ("revoke x", "a token is named by the number"),
    ])
  func misused(words: String, line: String) async throws {
    let program = try RunningProgram(
      // Nothing is asked of the database.
      ["DATABASE_URL": "host=/nowhere"],
      arguments: ["token"] + words.split(separator: " ").map(String.init))

    #expect(await program.exitCode() == 2)
    #expect(program.log.contains(line), "\(program.log)")
  }

  @Test(
    "makes nothing when the token cannot be printed, and says so",
    arguments: [">/dev/full", ">&-"])
  func unprinted(redirection: String) async throws {
    let variables = ["DATABASE_URL": try await MigratedDatabase.make()]
    func run(_ words: String, _ redirection: String = "") async throws -> (Int32?, String) {
      let program = try RunningProgram(
        variables, arguments: ["token"] + words.split(separator: " ").map(String.init),
        launcher: #"exec "$0" "$@" \#(redirection)"#)
      return (await program.exitCode(), program.log)
    }

    let made = try await run("create --role customer --customer c --new-customer", redirection)
    #expect(made.0 == 1 && made.1.contains("the output cannot be written"), "\(made.1)")
    #expect(try await run("list --json").1 == "{\"tokens\":[]}\n")
    // The customer was not made either.
    let refused = try await run("create --role customer --customer c")
    #expect(refused.0 == 1 && refused.1.contains("nobody has introduced the customer c"))

    #expect(try await run("create --role admin").0 == 0)
    let rotated = try await run("rotate 3 --overlap-days 0", redirection)
    #expect(rotated.0 == 1, "\(rotated.1)")
    let list = try await run("list --json").1
    #expect(list.contains(#""expires_at":null"#) && !list.contains("},{"), "\(list)")
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

    let made = try await run(
      "create", "--role", "customer", "--customer", "c-1", "--new-customer",
      "--name", "Till")
    let token = try #require(made.output.split(separator: "\n").first { $0.hasPrefix("wb_") })
    #expect(made.code == 0 && status(token) == 404, "\(made.output)")
    let listed = try await run("list").output
    #expect(listed.contains("\n1\tcustomer\tc-1\tTill\t20") && !listed.contains(token))
    #expect(try await run("revoke", "1").code == 0)
    try await eventually("it is refused") { status(token) == 401 }

    #expect(try await run("revoke", "9").code == 1)
    let nobody = try await run("create", "--role", "customer", "--customer", "nobody")
    #expect(nobody.code == 1 && nobody.output.contains("or add --new-customer"))
    #expect(!service.log.contains(token), "no log has a token")
  }
}
