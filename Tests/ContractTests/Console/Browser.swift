import HTTP
import JSON
import OrderStore
import Orders
import Testing

@testable import OrderAPI

/// A browser with a page of the console, which sends its cookies as browsers do.
struct Browser {
  /// What a browser says of a request that a page of the same origin makes.
  static let ownPage = ["Sec-Fetch-Site: same-origin"]

  let client: ContractClient
  var host = "localhost:8080"
  /// What it sends as its cookies: `waybill=…`.
  var cookie: String?

  /// Logs in, and keeps the cookie.
  mutating func logIn(
    _ token: BearerToken, fields: [String] = Browser.ownPage
  ) async throws -> ContractAnswer {
    let answer = try await send(
      "POST", "/console/session", #"{"token":"\#(token.secret)"}"#, fields: fields)
    if let set = answer.fields["Set-Cookie"] { cookie = String(set.prefix { $0 != ";" }) }
    return answer
  }

  /// Sends a request of its page.
  func send(
    _ method: String, _ target: String, _ body: String = "", fields: [String] = Browser.ownPage,
    type: String? = "application/json"
  ) async throws -> ContractAnswer {
    let content = method == "GET" || method == "DELETE" ? nil : type
    return try await client.send(
      method, target, body,
      fields: fields + (content.map { ["Content-Type: \($0)"] } ?? [])
        + (cookie.map { ["Cookie: \($0)"] } ?? []), host: host)
  }

  func status(_ target: String = "/orders") async throws -> Int {
    try await send("GET", target).status
  }

  /// The secret in the cookie.
  var secret: SessionSecret {
    get throws {
      let value = try #require(cookie?.split(separator: "=").last)
      return try #require(SessionSecret(Array(value.utf8)[...]))
    }
  }
}

extension ContractClient {
  /// A new token of a role.
  func token(_ role: Role = .retailer, named name: String = "tablet") async throws -> BearerToken {
    try await TokenRepository(database).create(NewToken(role: role, name: Name(name)!)!).0
  }

  /// Another instance of the same service, which has looked nothing up.
  func other() -> ContractClient { ContractClient(database, owner: owner, auth: .tokens) }
}

/// Runs `body` where tokens are needed, with a browser that is logged in as a retailer.
func loggedIn<Result: Sendable>(
  _ body: @escaping @Sendable (ContractClient, Browser) async throws -> Result
) async throws -> Result {
  try await asking(Shelf.standard, auth: .tokens) { client in
    var browser = Browser(client: client)
    let answer = try await browser.logIn(try await client.token())
    try #require(answer.status == 201, "\(answer.body)")
    return try await body(client, browser)
  }
}
