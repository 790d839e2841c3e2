import OrderAPI
import OrderStore
import Orders
import Postgres

/// `waybill token …`: makes, lists and revokes what says who asks.
enum TokenCommand: Equatable {
  case create(role: String, customer: String?, name: String?, days: String?)
  case list
  case rotate(number: Int, days: String?, overlap: String?)
  case revoke(number: Int)

  static let usage = [
    "create --role ROLE [--name NAME] [--customer ID] [--days N]", "list",
    "rotate NUMBER [--days N] [--overlap-days N]", "revoke NUMBER",
  ]

  init(_ arguments: ArraySlice<String>) throws(ConfigurationError) {
    var words = arguments
    switch words.popFirst() {
    case "create":
      var options = try Self.options(
        words, of: "create", known: ["--role", "--name", "--customer", "--days"])
      guard let role = options.removeValue(forKey: "--role") else {
        throw ConfigurationError("token create needs --role: \(Self.roles)")
      }
      self = .create(
        role: role, customer: options["--customer"], name: options["--name"],
        days: options["--days"])
    case "list" where words.isEmpty: self = .list
    case "rotate":
      let number = try Self.number(words.popFirst(), of: "rotate")
      let options = try Self.options(words, of: "rotate", known: ["--days", "--overlap-days"])
      self = .rotate(number: number, days: options["--days"], overlap: options["--overlap-days"])
    case "revoke" where words.count <= 1:
      self = .revoke(number: try Self.number(words.first, of: "revoke"))
    default:
      throw ConfigurationError(
        "the token commands are: " + Self.usage.joined(separator: ", "))
    }
  }

  func run(_ configuration: Configuration) throws -> Int32 {
    switch self {
    case .create(let role, let customer, let name, let days):
      let new = try Self.token(role: role, customer: customer, name: name, days: days)
      let (secret, token) = try onTokens(configuration) { try await $0.create(new) }
      show(secret, token)
    case .list:
      for token in try onTokens(configuration, { try await $0.list() }) { print(token.line) }
    case .rotate(let number, let days, let overlap):
      let days = try Self.days(days)
      let overlap = try Self.days(overlap, in: NewToken.allowedOverlap, "--overlap-days") ?? 7
      let made = try onTokens(configuration) {
        try await $0.rotate(number, days: days, overlap: overlap)
      }
      guard let (secret, token) = made else {
        throw ConfigurationError("no token \(number) holds: `waybill token list` shows them")
      }
      show(secret, token)
      Program.complain("token \(number) holds for \(overlap) more days at most\n")
    case .revoke(let number):
      guard let token = try onTokens(configuration, { try await $0.revoke(number) }) else {
        throw ConfigurationError("there is no token \(number): `waybill token list` shows them")
      }
      print("revoked token \(token.number) for \(token.name)")
    }
    return 0
  }

  private func show(_ secret: BearerToken, _ token: Token) {
    // The token alone on the standard output, so that a script can take it.
    print(secret.secret)
    Program.complain("token \(token.number) for \(token.name); it is shown this once\n")
  }

  private static func number(
    _ word: String?, of command: String
  ) throws(ConfigurationError) -> Int {
    guard let number = word.flatMap({ Int($0) }) else {
      throw ConfigurationError("token \(command) needs the number that `waybill token list` shows")
    }
    return number
  }

  private static let roles = "admin, retailer, warehouse or customer"

  private static func options(
    _ words: ArraySlice<String>, of command: String, known: [String]
  ) throws(ConfigurationError) -> [String: String] {
    var options: [String: String] = [:]
    var words = words
    while let name = words.popFirst() {
      guard known.contains(name) else {
        throw ConfigurationError("\(name): token \(command) knows \(known.joined(separator: ", "))")
      }
      guard let value = words.popFirst(), options.updateValue(value, forKey: name) == nil else {
        throw ConfigurationError("\(name) needs one value")
      }
    }
    return options
  }

  private static func token(
    role: String, customer: String?, name: String?, days: String?
  ) throws(ConfigurationError) -> NewToken {
    let id = customer.flatMap(CustomerID.init)
    guard customer == nil || id != nil else {
      throw ConfigurationError("--customer must have 1 to 255 characters")
    }
    guard let role = Role(role, customer: id) else {
      throw ConfigurationError(
        "--role must be \(roles), and a customer's needs --customer ID, which no other may have")
    }
    guard let name = Name(name ?? customer ?? role.name.rawValue) else {
      throw ConfigurationError("--name must have 1 to 200 characters, one of them visible")
    }
    return NewToken(role: role, name: name, days: try Self.days(days))!
  }

  private static func days(
    _ text: String?, in allowed: ClosedRange<Int> = NewToken.allowedDays, _ name: String = "--days"
  ) throws(ConfigurationError) -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), allowed.contains(number) else {
      throw ConfigurationError(
        "\(name) must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return number
  }

  private func onTokens<Result: Sendable>(
    _ configuration: Configuration,
    _ body: @escaping (TokenRepository) async throws -> Result
  ) throws -> Result {
    try configuration.onDatabase { target, loop in
      try await target.administer("the tokens cannot be reached", on: loop) { database in
        try await body(TokenRepository(database))
      }
    }
  }
}

extension Token {
  /// `3  customer demo-1  name  made 2026-…  last used 2026-…`, fields between tabs. A control
  /// character of a name is neither a tab nor an order to somebody's terminal.
  var line: String {
    var words = ["\(number)", role.name.rawValue, role.customer?.value ?? "-", name].map { word in
      String(String.UnicodeScalarView(word.unicodeScalars.map { $0.isControl ? "\u{FFFD}" : $0 }))
    }
    words.append("made \(createdAt.rfc3339)")
    if let expiresAt { words.append("ends \(expiresAt.rfc3339)") }
    if let revokedAt { words.append("revoked \(revokedAt.rfc3339)") }
    words.append(lastUsedAt.map { "last used \($0.rfc3339)" } ?? "never used")
    return words.joined(separator: "\t")
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool { properties.generalCategory == .control }
}
