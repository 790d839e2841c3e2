import HTTP
import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Conditions on a version")
struct ConditionTests {
  typealias Reading = (lines: [String], strong: [String]?, weak: [String])
  static let readings: [Reading] = [
    ([#""1""#], ["1"], []), ([#"W/"1""#], [], ["1"]),
    ([#""1", W/"2" ,"3,4""#], ["1", "3,4"], ["2"]), ([#""1""#, #""2""#], ["1", "2"], []),
    ([#""""#], [""], []), ([#", "1",,"#], ["1"], []), ([""], [], []),
    (["1"], nil, []), ([#""1"#], nil, []), ([#""1" "2""#], nil, []), ([#"w/"1""#], nil, []),
    (["*, \"1\""], nil, []), (["*", "*"], nil, []),
  ]

  @Test("are read as RFC 9110 has them", arguments: readings)
  func tags(_ example: Reading) {
    let expected = example.strong.map {
      EntityTagCondition.tags(
        strong: $0.map { EntityTag($0) }, weak: example.weak.map { EntityTag($0) })
    }
    #expect(EntityTagCondition(example.lines) == expected)
    #expect(EntityTagCondition(["*"]) == .any)
  }

  @Test("know a version by its digits alone", arguments: ["01", "+1", "-0", "1 ", "x", ""])
  func versions(_ text: String) {
    #expect(EntityTag("1").version == 1)
    #expect(EntityTag(text).version == nil)
  }

  private static let order =
    #"{"customer_id":"c","items":[{"product_id":"dime","quantity":2},{"quantity":1,"price":1}]}"#

  /// A path for each route of the own API that shows one thing.
  private static let shown = [
    "/tokens/{number}": "/tokens/1", "/views/{id}": "/views/1",
    "/orders/{id}": "/orders/1", "/orders/{id}/packing-slip": "/orders/1/packing-slip",
    "/customers/{id}": "/customers/c",
    "/products/{id}": "/products/dime", "/events/{position}": "/events/1",
    "/reports/customers": "/reports/customers",
    "/reports/customers/{customer_id}": "/reports/customers/c",
  ]

  @Test("spare whoever has it already what a resource looks like, at every route that shows one")
  func reading() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      for status in ["in_progress", "completed"] {
        _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"\#(status)"}"#)
      }
      _ = try await client.send("POST", "/tokens", #"{"role":"admin"}"#)
      _ = try await client.send(
        "POST", "/views", #"{"name":"Late","screen":"orders","query":"status=new"}"#)
      try await client.refresh()
      try await client.sequence()
      for route in client.ownRoutes("GET") where route.hasSuffix("}") || Self.shown[route] != nil {
        let path = try #require(Self.shown[route], "\(route) has no example here")
        let whole = try await client.get(path)
        let tag = try #require(whole.fields["ETag"], "\(route)")
        #expect(whole.status == 200 && tag.hasPrefix("\"") && whole.body != "")
        for (method, condition, status) in [
          ("GET", tag, 304), ("HEAD", tag, 304), ("GET", "W/\(tag)", 304),
          ("GET", "\"x\", \(tag)", 304), ("HEAD", "*", 304), ("GET", "\"x\"", 200),
          ("GET", "W/\"x\"", 200), ("HEAD", "x", 200), ("GET", "0\(tag)", 200),
        ] {
          let answer = try await client.send(
            method, path, fields: ["If-None-Match: \(condition)"])
          #expect(answer.status == status, "\(method) \(path) \(condition)")
          #expect(answer.fields == whole.fields, "\(method) \(path) \(condition)")
          #expect(answer.body == (status == 200 ? whole.body : ""), "\(method) \(path)")
        }
      }
    }
  }

  /// A change for each route of the own API that makes one, of a thing and of one that is missing.
  private static let changes: [(route: String, body: String)] = [
    ("PATCH /orders/{id}", #"{"items":[{"product_id":"dime","quantity":1}]}"#),
    ("PATCH /orders/{id}/status", #"{"status":"in_progress"}"#),
    ("PATCH /orders/{id}/shipping", #"{"carrier":"Demo Carrier"}"#), ("DELETE /orders/{id}", ""),
    ("PATCH /customers/{id}", #"{"name":"Demo Customer 2"}"#),
    ("PATCH /products/{id}", #"{"price":2}"#), ("DELETE /products/{id}", ""),
  ]

  /// What `If-Match` says of version 1, and whether the change may be made.
  private static let conditions: [(String, Bool)] = [
    (#""1""#, true), ("*", true), (#""7", "1""#, true), (#"W/"7","1""#, true), (#""2""#, false),
    (#"W/"1""#, false), (#""7", "8""#, false), (#""01""#, false), ("1", false), ("", false),
    (#""99999999999999999999""#, false),
  ]

  /// Routes that do without: a token or a session only ends. Of views, SavedViewTests tells: they
  /// are gone when they are deleted.
  private static let unlike: Set = [
    "DELETE /tokens/{number}", "DELETE /console/session", "DELETE /views/{id}",
  ]

  @Test("keep a change from undoing somebody else's, at every route that makes one")
  func changing() async throws {
    try await ordering { client in
      for route in client.ownRoutes("PATCH") + client.ownRoutes("DELETE")
      where !Self.unlike.contains(route) {
        let change = try #require(
          Self.changes.first { $0.route == route }, "\(route) has no example here")
        let parts = route.split(separator: " ").map(String.init)
        for (condition, isMet) in Self.conditions {
          let id = try await Self.make(parts[1], client)
          let fields = ["Content-Type: application/json", "If-Match: \(condition)"]
          func send(_ id: String) async throws -> ContractAnswer {
            let path = parts[1].replacing("{id}", with: id)
            return try await client.send(parts[0], path, change.body, fields: fields)
          }
          let resource = parts[1].replacing(/{id}.*/, with: id)
          let before = try await client.get(resource)
          let answer = try await send(id)
          #expect(answer.status == (isMet ? 200 : 412), "\(route) \(condition): \(answer.body)")
          #expect(answer.fields["ETag"] == (isMet ? "\"2\"" : nil), "\(route) \(condition)")
          let after = try await client.get(resource)
          #expect((after.body == before.body) != isMet, "\(route) \(condition)")
          #expect(try await send("none").status == 404, "\(route) of nothing, \(condition)")
        }
      }
    }
  }

  /// A new thing of the kind that a path names; its id.
  private static func make(_ path: String, _ client: ContractClient) async throws -> String {
    let kind = path.split(separator: "/")[0]
    let body =
      switch kind {
      case "orders": order
      case "customers": #"{"name":"Demo Customer 1"}"#
      default: #"{"name":"Product","price":1}"#
      }
    let answer = try await client.send("POST", "/\(kind)", body)
    return try #require(try answer.json["id"]?.text, "\(answer.body)")
  }
}

extension ContractClient {
  /// The own API's routes of a method: the path, behind the method when it changes something.
  fileprivate func ownRoutes(_ method: String) -> [String] {
    WaybillContract.contract.routes.filter { $0.method.name == method }
      .map { method == "GET" ? $0.path.text : "\(method) \($0.path.text)" }
  }
}
