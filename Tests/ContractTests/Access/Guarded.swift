import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import Testing

@testable import OrderAPI

/// A route of a port, with its contract and its whole path.
struct MountedRoute {
  let route: Route
  let contract: String
  /// `PATCH /shop/orders/{order_id}`.
  let template: String

  /// All routes of these mounts.
  static func all(of mounts: [Mount]) -> [MountedRoute] {
    mounts.flatMap { mount in
      mount.contract.routes.map { route in
        MountedRoute(
          route: route, contract: mount.contract.name,
          template: "\(route.method.name) \(mount.template(of: route))")
      }
    }
  }

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
    #expect(members.map(\.key).sorted() == TestedContract.named(contract)?.envelope, "\(template)")
    #expect(answer.type == ContentType.json.value)
  }
}

extension ContractClient {
  /// Every route that the router dispatches.
  var routes: [MountedRoute] { MountedRoute.all(of: mounts) }
}

extension ContractAnswer {
  /// The answer with the names replaced that it was asked about.
  func mended(_ names: [String: String]) -> String {
    names.values.reduce("\(status) \(body)") { $0.replacing($1, with: "…") }
      .replacing("nobody", with: "…").replacing(Guarded.nowhere, with: "…")
  }
}

/// A service where tokens are needed, with data of a customer, and a token of each role.
struct Guarded: Sendable {
  /// An id that nothing has.
  static let nowhere = "019202d4-0000-7000-8000-000000000000"

  /// The first value of a path, by the path up to it.
  private(set) var names: [String: String] = [:]
  private var tokens: [RoleName: BearerToken] = [:]
  /// The field with the token of the customer whose data it is.
  let owner: String
  /// Fields that authenticate nobody.
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
    for tested in TestedContract.all {
      for (path, value) in try await tested.guarded(client, self) {
        names[tested.base + path] = value
      }
    }
  }

  func bearer(_ role: RoleName) -> String { Self.field(tokens[role]!) }

  /// Sends a request to a route, with a body that is valid where customers may send one.
  func ask(
    _ client: ContractClient, _ route: MountedRoute, _ authorization: String?, exists: Bool = true
  ) async throws -> ContractAnswer {
    let template = route.template.drop { $0 != "/" }
    var path = String(template)
    if let end = template.firstIndex(of: "}") {
      let start = template[...end]
      let name = try #require(names[String(start)], "\(route.template): what is its value?")
      let missing = start.contains("customers") ? "nobody" : Self.nowhere
      path =
        start.replacing(/\{.*\}/, with: exists ? name : missing)
        + String(template[end...].dropFirst())
    }
    // Each from another address, as one address with many bad tokens has to wait.
    client.address = ClientAddress(v4: UInt32.random(in: 0...(.max)))
    let hasBody = route.route.method != .get && route.route.method != .delete
    return try await client.send(
      route.route.method.name, path,
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
