import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import Testing

@testable import OrderAPI

/// A route, where it is found, and of which contract.
struct Place {
  let route: Route
  let contract: String
  /// `PATCH /shop/orders/{order_id}`.
  let template: String

  func isAllowed(_ role: RoleName) -> Bool {
    switch Rights.holder(of: template) {
    case nil: false
    case .anyone: true
    case .customers: role == .customer
    case .roles(let roles): role == .admin || roles.contains(role)
    }
  }

  var isForCustomers: Bool {
    isAllowed(.customer) && Rights.holder(of: template) != .anyone
  }

  /// Expects an error in the envelope of the route's contract.
  func expectEnvelope(_ answer: ContractAnswer) throws {
    guard case .object(let members) = try answer.json else {
      Issue.record("\(template) answers no object: \(answer.body)")
      return
    }
    #expect(members.map(\.key).sorted() == Rights.envelopes[contract], "\(template)")
    #expect(answer.type == ContentType.json.value)
  }
}

extension ContractClient {
  /// Every route of the table that the router dispatches by.
  var routes: [Place] {
    mounts.flatMap { mount in
      mount.contract.routes.map { route in
        Place(
          route: route, contract: mount.contract.name,
          template: "\(route.method.name) \(mount.template(of: route))")
      }
    }
  }
}

extension ContractAnswer {
  /// The answer with the names replaced that it was asked about.
  func mended(_ names: [String: String]) -> String {
    names.values.reduce("\(status) \(body)") { $0.replacing($1, with: "…") }
      .replacing("nobody", with: "…").replacing(Guarded.nowhere, with: "…")
  }
}

/// A service where tokens are needed: a customer's things, and who may want them.
struct Guarded: Sendable {
  static let nowhere = "019202d4-0000-7000-8000-000000000000"

  /// What stands for the values of a path, by where in it.
  private(set) var names: [String: String] = ["/customers/{id}": "demo-a"]
  private var tokens: [RoleName: BearerToken] = [:]
  /// Of the customer whose things these are.
  let owner: String
  /// What comes with a request and does not make its sender known.
  private(set) var unusable: [(name: String, authorization: String?)]
  let secretPart: String

  init(_ client: ContractClient) async throws {
    let store = TokenRepository(client.database)
    func make(_ role: Role) async throws -> BearerToken {
      try await store.create(NewToken(role: role, name: Name("test")!)!).0
    }
    for role: Role in [.admin, .retailer, .warehouse, .customer(CustomerID("demo-b")!)] {
      tokens[role.name] = try await make(role)
    }
    let (own, expired, revoked) = (
      try await make(.customer(CustomerID("demo-a")!)), try await make(.admin),
      try await make(.admin)
    )
    owner = Self.field(own)
    _ = try await store.revoke(7)
    try await client.run(
      """
      UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now()
       WHERE number = 6
      """)
    var random = SystemRandomNumberGenerator()
    let unknown = BearerToken(using: &random)
    secretPart = String(unknown.secret.suffix(60))
    unusable = [
      ("nothing", nil), ("garbage", "Authorization: Bearer wb_garbage"),
      ("a password", "Authorization: Basic YTpi"), ("a token nobody made", Self.field(unknown)),
      ("an expired token", Self.field(expired)), ("a revoked token", Self.field(revoked)),
    ]
    try await stock(client)
  }

  /// An order of `demo-a` in the own API and one in the shop.
  private mutating func stock(_ client: ContractClient) async throws {
    let json = "Content-Type: application/json"
    let order = try await client.send(
      "POST", "/orders", #"{"customer_id":"demo-a","items":[{"product_id":"dime","quantity":2}]}"#,
      fields: [json, bearer(.retailer)])
    let shop = try await client.send(
      "POST", "/shop/orders", #"{"products":[{"product_id":"dime","item_count":2}]}"#,
      fields: [json, owner])
    names["/orders/{id}"] = try #require(try order.json["id"]?.text)
    names["/shop/orders/{order_id}"] = try #require(try shop.json["order_id"]?.text)
    names["/products/{id}"] = "dime"
    names["/reports/customers/{customer_id}"] = "demo-a"
    names["/storefront/orders/{id}"] = Self.nowhere
    names["/store/customers/{id}"] = "1"
    names["/fulfilment/order/{order_id}"] = Self.nowhere
    names["/docs/{file}"] = "pages.css"
  }

  func bearer(_ role: RoleName) -> String { Self.field(tokens[role]!) }

  /// Asks a route with a body that is sound where a customer may send one.
  func ask(
    _ client: ContractClient, _ place: Place, _ authorization: String?, exists: Bool = true
  ) async throws -> ContractAnswer {
    let template = place.template.drop { $0 != "/" }
    var path = String(template)
    if let end = template.firstIndex(of: "}") {
      let start = template[...end]
      let name = try #require(names[String(start)], "\(place.template): what is its value?")
      let missing = start.contains("customers") ? "nobody" : Self.nowhere
      path =
        start.replacing(/\{.*\}/, with: exists ? name : missing)
        + String(template[end...].dropFirst())
    }
    // Each from an address of its own: many bad tokens of one are another matter.
    client.address = ClientAddress(v4: UInt32.random(in: 0...(.max)))
    let hasBody = place.route.method != .get && place.route.method != .delete
    return try await client.send(
      place.route.method.name, path,
      hasBody ? #"{"products":[{"product_id":"dime","item_count":1}]}"# : "",
      fields: (hasBody ? ["Content-Type: application/json"] : [])
        + (authorization.map { [$0] } ?? []))
  }

  /// Everything that a request might have changed.
  func trace(_ client: ContractClient) async throws -> String {
    try await client.database.read(
      """
      SELECT concat_ws(' ', (SELECT count(*) FROM order_events), (SELECT sum(version) FROM orders),
                       (SELECT count(*) FROM customers), (SELECT sum(version) FROM customers),
                       (SELECT count(*) FROM products), (SELECT sum(version) FROM products),
                       (SELECT sum(stock) FROM products),
                       (SELECT count(*) FROM stock_adjustments),
                       (SELECT count(*) FROM stock_subscriptions))
      """)[0].text(0)
  }

  private static func field(_ token: BearerToken) -> String {
    "Authorization: Bearer \(token.secret)"
  }
}
