import JSON
import OrderAPI
import OrderStore
import Orders
import Postgres

/// `waybill token …`: makes, lists and revokes tokens.
struct TokenCommand {
  private static let standardOverlap = 7

  let configuration: Configuration

  init(_ configuration: Configuration) { self.configuration = configuration }

  func create(_ input: CommandInput) throws -> Int32 {
    let new = try Self.newToken(input)
    let mayIntroduce = input["--new-customer"] != nil
    try printToken { tokens in
      do {
        return try await tokens.create(new, mayIntroduceCustomer: mayIntroduce)
      } catch OrderError.unknownCustomer {
        throw ConfigurationError(
          "nobody has introduced the customer \(input["--customer"] ?? ""): "
            + "correct --customer, or add --new-customer")
      }
    }
    return 0
  }

  func rotate(_ input: CommandInput) throws -> Int32 {
    let number = try Self.number(input)
    let days = try input.number("--days", in: NewToken.allowedDays)
    let overlap =
      try input.number("--overlap-days", in: NewToken.allowedOverlap) ?? Self.standardOverlap
    try printToken { tokens in
      guard let made = try await tokens.rotate(number, days: days, overlap: overlap) else {
        throw ConfigurationError("no token \(number) holds: `waybill token list` shows them")
      }
      return made
    }
    Program.printError("token \(number) holds for \(overlap) more days at most\n")
    return 0
  }

  func list(asJSON: Bool) throws -> Int32 {
    let tokens = try onDatabase { try await TokenRepository($0).list() }
    try StandardOutput.write(
      asJSON
        ? Token.json(tokens) : Token.table(tokens).text(inColumns: StandardOutput.isTerminal))
    return 0
  }

  func revoke(_ input: CommandInput) throws -> Int32 {
    let number = try Self.number(input)
    guard let token = try onDatabase({ try await TokenRepository($0).revoke(number) }) else {
      throw ConfigurationError("there is no token \(number): `waybill token list` shows them")
    }
    try StandardOutput.write("revoked token \(token.number) for \(token.name)\n")
    return 0
  }

  private static func newToken(_ input: CommandInput) throws -> NewToken {
    let customer = input["--customer"]
    let id = customer.flatMap(CustomerID.init)
    guard customer == nil || id != nil else {
      throw UsageError("--customer \(CustomerID.rule)")
    }
    guard input["--new-customer"] == nil || customer != nil else {
      throw UsageError("--new-customer says nothing without --customer ID")
    }
    guard let word = input["--role"], let role = Role(word, customer: id) else {
      throw UsageError("a customer's token needs --customer ID, which no other role may have")
    }
    guard let name = Name(input["--name"] ?? customer ?? role.name.rawValue) else {
      throw UsageError("--name \(Name.rule)")
    }
    let days = try input.number("--days", in: NewToken.allowedDays)
    return NewToken(role: role, name: name, days: days)!
  }

  private static func number(_ input: CommandInput) throws(UsageError) -> Int {
    guard let number = input.operand.flatMap({ Int($0) }) else {
      throw UsageError("a token is named by the number that `waybill token list` shows")
    }
    return number
  }

  /// Makes a token and prints it. If it cannot be printed it is not made, because its text is not
  /// stored.
  private func printToken(
    _ make: @escaping @Sendable (TokenRepository) async throws -> (BearerToken, Token)
  ) throws {
    let token = try onDatabase { database in
      let printer = TokenPrinter()
      do {
        return try await database.transaction { (transaction) throws(TokenNotPrinted) in
          try await printer.token(transaction) { try await make(TokenRepository(database)) }
        }
      } catch {
        let cause = (error as? TokenNotPrinted)?.cause ?? error
        guard printer.hasPrinted else { throw cause }
        throw ConfigurationError(
          "the token that was printed may not hold (\(cause)): "
            + "`waybill token list` shows what was made")
      }
    }
    Program.printError("token \(token.number) for \(token.name); it is shown this once\n")
  }

  private func onDatabase<Result: Sendable>(
    _ body: @escaping @Sendable (Database) async throws -> Result
  ) throws -> Result {
    try configuration.onDatabase { target, loop in
      try await target.administer("the tokens cannot be reached", on: loop) { database in
        try await body(database)
      }
    }
  }
}

/// Prints a token before the transaction that made it is committed.
private final class TokenPrinter {
  private(set) var hasPrinted = false

  func token(
    _ transaction: Transaction, _ make: () async throws -> (BearerToken, Token)
  ) async throws(TokenNotPrinted) -> Token {
    do {
      let (secret, token) = try await transaction.including(make)
      // A transaction that is repeated makes another token.
      guard !hasPrinted else { throw OrderError.outcomeUnknown(detail: "the commit failed") }
      // Standard output has the token alone, so that a script can read it.
      try StandardOutput.write(secret.secret + "\n")
      hasPrinted = true
      return token
    } catch {
      throw TokenNotPrinted(cause: error)
    }
  }
}

/// Why a token was neither made nor printed.
private struct TokenNotPrinted: PostgresFailure {
  let cause: any Error
  init(cause: any Error) { self.cause = cause }
  init(_ error: PostgresError) { cause = error }
}

extension Token {
  static func table(_ tokens: [Token]) -> TextTable {
    TextTable(
      titles: ["NUMBER", "ROLE", "CUSTOMER", "NAME", "MADE", "ENDS", "REVOKED", "LAST USED"],
      rows: tokens.map { token in
        [
          "\(token.number)", token.role.name.rawValue, token.role.customer?.value ?? "", token.name,
          token.createdAt.rfc3339, token.expiresAt?.rfc3339 ?? "", token.revokedAt?.rfc3339 ?? "",
          token.lastUsedAt?.rfc3339 ?? "",
        ]
      })
  }

  static func json(_ tokens: [Token]) -> String {
    let document = JSONWriter.object { json in
      json.array("tokens") { items in
        for token in tokens {
          items.object { item in
            item.integer("number", token.number)
            item.string("role", token.role.name.rawValue)
            item.string("customer_id", token.role.customer?.value)
            item.string("name", token.name)
            item.string("created_at", token.createdAt.rfc3339)
            item.string("expires_at", token.expiresAt?.rfc3339)
            item.string("revoked_at", token.revokedAt?.rfc3339)
            item.string("last_used_at", token.lastUsedAt?.rfc3339)
          }
        }
      }
    }
    return String(decoding: document, as: UTF8.self) + "\n"
  }
}
