import HTTP
import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Every route that changes something")
struct ReplayRoutesTests {
  /// One request for each route, in an order in which all are done. A name in braces is the order
  /// that was placed through that contract.
  private static let examples: [(route: String, target: String, body: String)] = [
    ("api POST /orders", "/orders", #"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#),
    ("api PATCH /orders/{id}", "/orders/{api}", #"{"items":[{"product_id":"dime","quantity":2}]}"#),
    ("api PATCH /orders/{id}/status", "/orders/{api}/status", #"{"status":"in_progress"}"#),
    ("api PATCH /orders/{id}/shipping", "/orders/{api}/shipping", #"{"carrier":"Demo Carrier"}"#),
    ("api DELETE /orders/{id}", "/orders/{api}", ""),
    ("api POST /customers", "/customers", #"{"id":"new","name":"Demo Customer 1"}"#),
    ("api PATCH /customers/{id}", "/customers/c", #"{"name":"Demo Customer 2"}"#),
    ("api POST /products", "/products", #"{"id":"new","name":"New","price":1}"#),
    ("api PATCH /products/{id}", "/products/new", #"{"price":2}"#),
    ("api POST /products/{id}/stock", "/products/new/stock", #"{"delta":3}"#),
    ("api DELETE /products/{id}", "/products/new", ""),
    (
      "storefront POST /orders", "/storefront/orders",
      #"{"customerId":"c","products":[{"productId":"p","quantity":1}]}"#
    ),
    (
      "storefront PATCH /orders/{id}/status", "/storefront/orders/{storefront}/status",
      #"{"status":"delivered"}"#
    ),
    (
      "storefront PATCH /orders/{id}/shipping", "/storefront/orders/{storefront}/shipping",
      #"{"trackingNumber":"1"}"#
    ),
    ("storefront DELETE /orders/{id}", "/storefront/orders/{storefront}", ""),
    (
      "shop POST /orders", "/shop/orders", #"{"products":[{"product_id":"dime","item_count":1}]}"#
    ),
    (
      "shop PATCH /orders/{order_id}", "/shop/orders/{shop}",
      #"{"products":[{"product_id":"dime","item_count":2}]}"#
    ),
    ("shop DELETE /orders/{order_id}", "/shop/orders/{shop}", ""),
    (
      "store POST /customers", "/store/customers",
      #"{"name":"Demo Customer 3","email":"demo3@example.org"}"#
    ),
    ("store POST /customers/{id}/orders", "/store/customers/1/orders", #"{"sku":"dime"}"#),
    (
      "store POST /customers/{id}/notifications", "/store/customers/1/notifications",
      #"{"sku":"webcam"}"#
    ),
    ("fulfilment POST /order", "/fulfilment/order", #"{"id":"o-1"}"#),
  ]

  @Test("answers with a key what it answers without one, once, and then again and again")
  func everyRoute() async throws {
    let plain = try await ordering { try await Self.run($0) { try await $0.send($1, []) } }
    let keyed = try await ordering { client in
      try await Self.run(client) { client, request in
        let first = try await client.send(request, ["Idempotency-Key: k"])
        let before = try await client.digest()
        let again = try await client.send(request, ["Idempotency-Key: k"])
        #expect(again.repeated == first.repeated, "\(request)")
        #expect(again.isReplayed && !first.isReplayed, "\(request)")
        #expect(try await client.digest() == before, "\(request) has no second effect")
        return first
      }
    }

    #expect(plain.map(\.shape) == keyed.map(\.shape))
    #expect(keyed.allSatisfy { (200..<300).contains($0.status) })
  }

  /// What ends the backend when all of the effect is done: before the commit, or in it.
  private static let deaths = [
    "CREATE TRIGGER die AFTER INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION die()",
    """
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON idempotency_keys DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()
    """,
  ]

  @Test("leaves nothing behind when its backend dies, and is done by the retry", arguments: deaths)
  func everyDeath(_ trigger: String) async throws {
    try await ordering { client in
      try await client.run(
        unsafe: """
          CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$
          """)
      try await client.run(unsafe: trigger)
      let answers = try await Self.run(client) { client, request in
        try await client.run("ALTER TABLE idempotency_keys ENABLE TRIGGER die")
        client.outage.isWanted = true
        let before = try await client.digest()
        let killed = try await client.send(request, ["Idempotency-Key: k"])
        let after = try await client.digest()
        #expect(killed.status == 503 && after == before, "\(request) \(killed.body)")
        try await client.run("ALTER TABLE idempotency_keys DISABLE TRIGGER die")
        client.outage.isWanted = false
        return try await client.send(request, ["Idempotency-Key: k"])
      }
      #expect(answers.allSatisfy { (200..<300).contains($0.status) && !$0.isReplayed })
    }
  }

  /// Does every example of a route that is offered, and finds one for every such route.
  private static func run(
    _ client: ContractClient,
    _ send: (ContractClient, Example) async throws -> ContractAnswer
  ) async throws -> [ContractAnswer] {
    let shopper = try await client.shopper()
    var orders: [String: String] = [:]
    for name in ["api", "storefront", "shop"] {
      let order = try #require(examples.first { $0.route == "\(name) POST /orders" })
      let body =
        name == "api"
        ? order.body.replacing(#""price":1"#, with: #""product_id":"dime""#) : order.body
      _ = try await client.send(
        .init(method: "POST", target: order.target, body: body, token: shopper.token.secret), [])
      let ids: SQL = "SELECT id::text FROM orders WHERE channel = \(name)"
      orders[name] = try await client.database.read(ids)[0].text(0)
    }
    var answers: [ContractAnswer] = []
    let offered = client.unsafeRoutes
    for route in offered where !examples.contains(where: { $0.route == route }) {
      Issue.record("\(route) has no example here")
    }
    for example in examples where offered.contains(example.route) {
      var target = example.target
      for (name, id) in orders { target = target.replacing("{\(name)}", with: id) }
      let method = String(example.route.split(separator: " ")[1])
      answers.append(
        try await send(
          client,
          .init(method: method, target: target, body: example.body, token: shopper.token.secret)))
    }
    return answers
  }

  struct Example {
    let method: String
    let target: String
    let body: String
    let token: String
  }
}

extension ContractClient {
  fileprivate func send(
    _ request: ReplayRoutesTests.Example, _ fields: [String]
  ) async throws -> ContractAnswer {
    let token = request.target.hasPrefix("/shop/") ? ["Authorization: Bearer \(request.token)"] : []
    return try await send(
      request.method, request.target, request.body,
      fields: ["Content-Type: application/json"] + token + fields)
  }

  /// `contract METHOD path` of all routes that do more than read. What answers at once asks no
  /// database, so there is nothing that could be done twice.
  fileprivate var unsafeRoutes: [String] {
    ([WaybillContract.contract] + Contract.additional).flatMap { contract in
      contract.routes.filter { $0.mayWait && $0.method != .get }
        .map { "\(contract.name) \($0.method.name) \($0.path.text)" }
    }
  }
}

extension ContractAnswer {
  /// What two answers of the same kind have in common: no two orders have one id or one time.
  fileprivate var shape: String {
    let id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/
    let fields = fields.map { "\($0.key): \($0.value)" }.sorted().joined(separator: "\n")
    return "\(status) \(type ?? "")\n\(fields)\n\(timeless)"
      .replacing(id, with: "ID").replacing(/\d{4}-\d\d-\d\dT[\d:.]+Z/, with: "T")
  }
}
