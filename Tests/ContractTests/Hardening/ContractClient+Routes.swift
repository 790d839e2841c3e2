import HTTP
import JSON
import Postgres
import Testing

@testable import OrderAPI

extension MountedRoute: CustomStringConvertible {
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
    _ entry: MountedRoute, _ target: String, _ body: String = "", as shopper: Shopper
  ) async throws -> ContractAnswer {
    let token = entry.route.access == .customer ? [shopper.field] : []
    let type = body.isEmpty ? [] : ["Content-Type: application/json"]
    return try await send(entry.route.method.name, target, body, fields: type + token)
  }

  /// The address of something that was made for a request to the route.
  func address(for entry: MountedRoute, of shopper: Shopper) async throws -> String {
    guard entry.hasValues else { return entry.target([]) }
    let tested = try #require(TestedContract.named(entry.contract))
    return entry.target(try await tested.prepare(self, shopper, entry.route))
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
