import HTTP
import JSON
import Postgres
import Testing

@testable import OrderAPI

extension Place: CustomStringConvertible {
  var description: String { template }

  /// What its description gives as examples of a body.
  var bodies: [JSONValue] { route.description.body?.examples.map(\.value) ?? [] }

  /// Whether its path holds values.
  var hasValues: Bool { template.contains("{") }

  /// Its address with these texts in the places of its path.
  func target(_ values: [String]) -> String {
    var values = values[...]
    let segments = template.drop { $0 != "/" }.split(separator: "/").map { segment in
      segment.hasPrefix("{") ? PercentCoding.encode(values.popFirst() ?? "") : String(segment)
    }
    return "/" + segments.joined(separator: "/")
  }
}

extension ContractClient {
  /// Asks a route of the table, as somebody who may.
  func ask(
    _ entry: Place, _ target: String, _ body: String = "", as shopper: Shopper
  ) async throws -> ContractAnswer {
    let token = entry.route.access == .customer ? [shopper.field] : []
    let type = body.isEmpty ? [] : ["Content-Type: application/json"]
    return try await send(entry.route.method.name, target, body, fields: type + token)
  }

  /// The address of something that the route can be asked of, made for it.
  func address(for entry: Place, of shopper: Shopper) async throws -> String {
    guard entry.hasValues else { return entry.target([]) }
    let kind = entry.route.path.text.split(separator: "/")[0]
    switch (entry.contract, kind) {
    case ("api", "orders"):
      let order = try await place(
        #"{"customer_id":"c-1","items":[{"product_id":"keyboard","quantity":1}]}"#)
      return entry.target([try #require(order["number"]?.written)])
    case ("api", "products"): return entry.target(["keyboard"])
    case ("api", _): return entry.target(["c-1"])
    case ("operations", _): return entry.target(["pages.css"])
    case ("fulfilment", _):
      let id = "o-\(try await number("SELECT count(*) FROM orders"))"
      _ = try await send("POST", "/fulfilment/order", #"{"id":"\#(id)"}"#)
      return entry.target([id])
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
    let tables = try await owner.read(
      """
      SELECT oid::regclass::text FROM pg_class
       WHERE relnamespace = 'waybill'::regnamespace AND relkind = 'r' AND relname <> 'tokens'
       ORDER BY 1
      """
    ).map { try $0.text(0) }
    let digests = tables.map {
      "(SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM \($0) AS t)"
    }
    return try await owner.read(
      SQL(unsafeText: "SELECT concat_ws(' ', \(digests.joined(separator: ", ")))"))[0].text(0)
  }
}
