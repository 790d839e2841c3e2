import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import Testing

@testable import OrderAPI

/// A customer of the shop, with a token.
struct Shopper: Sendable {
  let token: BearerToken

  /// Who asks, as a request says it.
  var field: String { "Authorization: Bearer \(token.secret)" }

  func send(
    _ client: ContractClient, _ method: String, _ path: String, _ body: String = ""
  ) async throws -> ContractAnswer {
    try await client.send(
      method, "/shop" + path, body,
      fields: ["Content-Type: application/json", field])
  }

  /// Sends what asks for these products and counts.
  func send(
    _ client: ContractClient, _ method: String, _ path: String, _ counts: [(String, Int)]
  ) async throws -> ContractAnswer {
    let products = counts.map { #"{"product_id":"\#($0)","item_count":\#($1)}"# }
    return try await send(
      client, method, path, #"{"products":[\#(products.joined(separator: ","))]}"#)
  }

  /// Places an order that must be accepted; its address below the mount.
  func place(_ client: ContractClient, _ counts: [(String, Int)]) async throws -> String {
    let answer = try await send(client, "POST", "/orders", counts)
    try #require(answer.status == 200, "\(answer.body)")
    return "/orders/" + (try #require(try answer.json["order_id"]?.text))
  }
}

extension ContractClient {
  /// A new token of a customer.
  func shopper(_ customer: String = "demo-a") async throws -> Shopper {
    let new = NewToken(role: .customer(CustomerID(customer)!), name: Name("test")!)!
    return Shopper(token: try await TokenRepository(database).create(new).0)
  }

  /// A number from the database.
  func number(_ query: SQL) async throws -> Int { try await database.read(query)[0].int(0) }
}
