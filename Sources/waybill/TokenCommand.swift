import OrderAPI
import OrderStore
import Orders
import Postgres

/// `waybill token …`: makes, lists and revokes what says who asks.
enum TokenCommand: Equatable {
  case create(role: String, customer: String?, name: String?, days: String?)
  case list
  case revoke(number: Int)

  init(_ arguments: ArraySlice<String>) throws(ConfigurationError) {
    var words = arguments
    switch words.popFirst() {
    case "create":
      var options = try Self.options(words, known: ["--role", "--name", "--customer", "--days"])
      guard let role = options.removeValue(forKey: "--role") else {
        throw ConfigurationError("token create needs --role: \(Self.roles)")
      }
      self = .create(
        role: role, customer: options["--customer"], name: options["--name"],
        days: options["--days"])
    case "list" where words.isEmpty: self = .list
    case "revoke":
      guard words.count == 1, let number = words.first.flatMap({ Int($0) }) else {
        throw ConfigurationError("token revoke needs the number that `waybill token list` shows")
      }
      self = .revoke(number: number)
    default:
      throw ConfigurationError(
        "the token commands are: create --role ROLE [--name NAME] [--customer ID] [--days N], "
          + "list, revoke NUMBER")
    }
  }

  func run(_ configuration: Configuration) throws -> Int32 {
    switch self {
    case .create(let role, let customer, let name, let days):
      let new = try Self.token(role: role, customer: customer, name: name, days: days)
      let (secret, token) = try onTokens(configuration) { try await $0.create(new) }
      // The token alone on the standard output, so that a script can take it.
      print(secret.secret)
      Program.complain("token \(token.number) for \(token.name); it is shown this once\n")
    case .list:
      for token in try onTokens(configuration, { try await $0.list() }) { print(token.line) }
    case .revoke(let number):
      guard let token = try onTokens(configuration, { try await $0.revoke(number) }) else {
        throw ConfigurationError("there is no token \(number): `waybill token list` shows them")
      }
      print("revoked token \(token.number) for \(token.name)")
    }
    return 0
  }

  private static let roles = "admin, retailer, warehouse or customer"

  private static func options(
    _ words: ArraySlice<String>, known: [String]
  ) throws(ConfigurationError) -> [String: String] {
    var options: [String: String] = [:]
    var words = words
    while let name = words.popFirst() {
      guard known.contains(name) else {
        throw ConfigurationError("\(name): token create knows \(known.joined(separator: ", "))")
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
    let number = days.flatMap { Int($0) }
    guard days == nil || number != nil, let new = NewToken(role: role, name: name, days: number)
    else {
      let allowed = NewToken.allowedDays
      throw ConfigurationError(
        "--days must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return new
  }

  private func onTokens<Result: Sendable>(
    _ configuration: Configuration,
    _ body: @escaping (TokenRepository) async throws -> Result
  ) throws -> Result {
    try configuration.store.onDatabase { target, loop in
      var settings = PostgresSettings()
      // A person waits longer than a request, and one connection is enough for him.
      settings.connectTimeout = .seconds(10)
      settings.waitTimeout = .seconds(10)
      (settings.readConnections, settings.writeConnections) = (1, 1)
      let database = Database(target, settings: settings, on: loop)
      do {
        let result = try await body(TokenRepository(database))
        await database.close()
        return result
      } catch {
        await database.close()
        throw ConfigurationError(
          "the tokens cannot be reached: \(error); `waybill doctor` looks for the cause")
      }
    }
  }
}

extension Token {
  /// `3  customer demo-1  name  made 2026-…  last used 2026-…`, fields between tabs.
  fileprivate var line: String {
    var words = ["\(number)", role.name.rawValue, role.customer?.value ?? "-", name]
    words.append("made \(createdAt.rfc3339)")
    if let expiresAt { words.append("ends \(expiresAt.rfc3339)") }
    if let revokedAt { words.append("revoked \(revokedAt.rfc3339)") }
    words.append(lastUsedAt.map { "last used \($0.rfc3339)" } ?? "never used")
    return words.joined(separator: "\t")
  }
}
