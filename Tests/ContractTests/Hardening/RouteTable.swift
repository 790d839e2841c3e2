import HTTP
import JSON
import Postgres
import Testing

@testable import OrderAPI

/// A route where it is mounted on the main port.
struct TableRoute: CustomStringConvertible {
  let contract: String
  let mount: String
  let route: Route

  var description: String { "\(route.method.name) \(mount)\(route.path.text)" }

  /// What its description gives as examples of a body.
  var bodies: [JSONValue] { route.description.body?.examples.map(\.value) ?? [] }

  /// How many values its path holds.
  var places: Int { route.path.text.count { $0 == "{" } }

  /// Its address with these texts in the places of its path.
  func target(_ values: [String]) -> String {
    var values = values[...]
    let segments = route.path.text.split(separator: "/").map { segment in
      segment.hasPrefix("{") ? PercentCoding.encode(values.popFirst() ?? "") : String(segment)
    }
    return mount + "/" + segments.joined(separator: "/")
  }
}

extension ContractClient {
  /// Every route of every contract: no test that walks it can forget one.
  var table: [TableRoute] {
    let own = WaybillContract(services).routeSet.routes.map {
      TableRoute(contract: "waybill", mount: "", route: $0)
    }
    return own
      + Contract.all.flatMap { contract in
        contract.routeSet(services).routes.map {
          TableRoute(contract: contract.name, mount: contract.basePath.text, route: $0)
        }
      }
  }

  /// Asks a route of the table, as somebody who may.
  func ask(
    _ entry: TableRoute, _ target: String, _ body: String = "", as shopper: Shopper
  ) async throws -> ContractAnswer {
    let token = entry.route.access == .customer ? [shopper.field] : []
    let type = body.isEmpty ? [] : ["Content-Type: application/json"]
    return try await send(entry.route.method.name, target, body, fields: type + token)
  }

  /// The address of something that the route can be asked of, made for it.
  func address(for entry: TableRoute, of shopper: Shopper) async throws -> String {
    guard entry.places > 0 else { return entry.target([]) }
    let kind = entry.route.path.text.split(separator: "/")[0]
    switch (entry.contract, kind) {
    case ("waybill", "orders"):
      let order = try await place(
        #"{"customer_id":"c-1","items":[{"product_id":"keyboard","quantity":1}]}"#)
      return entry.target([try #require(order["number"]?.written)])
    case ("waybill", "products"): return entry.target(["keyboard"])
    case ("waybill", _): return entry.target(["c-1"])
    case ("shop", _):
      let path = try await shopper.place(self, [("keyboard", 1)])
      return entry.target([String(path.dropFirst("/orders/".count))])
    case ("storefront", _):
      let made = try await send(
        "POST", "/storefront/orders",
        #"{"customerId":"1","products":[{"productId":"p","quantity":1}]}"#)
      return entry.target([try #require(try made.json["id"]?.text, "\(made.body)")])
    case ("store", _):
      let made = try await send(
        "POST", "/store/customers", #"{"name":"Demo Customer 1","email":"a@example.org"}"#)
      return entry.target([try #require(try made.json["id"]?.written, "\(made.body)")])
    default:
      Issue.record("nothing is prepared for \(entry)")
      return entry.target([])
    }
  }

  /// What all tables hold, but for when a token was last used.
  func digest() async throws -> String {
    try await database.read(
      """
      SELECT md5(string_agg(
          relname || query_to_xml(format('SELECT t::text FROM %I AS t ORDER BY 1', relname),
                                  true, true, '')::text, '' ORDER BY relname))
        FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'tokens'
      """)[0].text(0)
  }
}
