import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Fulfilment, asked for what is not there")
struct FulfilmentErrorTests {
  @Test(
    "answers everything below its mount in its envelope",
    arguments: [
      ("GET", "/fulfilment/nothing", 404), ("PUT", "/fulfilment/order", 405),
      ("DELETE", "/fulfilment/order/a", 405), ("GET", "/fulfilment/order/a/process-callback", 405),
      ("GET", "/fulfilment/order/%FF", 404), ("GET", "/fulfilment/order/", 404),
      ("GET", "/fulfilment/order/%00", 404), ("GET", "/fulfilment", 404),
    ])
  func envelope(method: String, path: String, status: Int) async throws {
    try await ordering { client in
      let answer = try await client.send(method, path, fields: [])
      #expect(answer.status == status)
      #expect(answer.type == "application/json")
      guard case .object(let members) = try answer.json else { throw UnexpectedWait() }
      #expect(members.map(\.key) == ["message"], "\(answer.body)")
    }
  }

  @Test("wants JSON, called so")
  func contentType() async throws {
    try await ordering { client in
      let answer = try await client.send(
        "POST", "/fulfilment/order", #"{"id":"a"}"#, fields: ["Content-Type: text/plain"])
      #expect(answer.status == 415 && answer.body.hasPrefix(#"{"message":""#))
    }
  }

  @Test(
    "answers a callback with 200 whatever it is about and whatever it says",
    arguments: ["a", "unknown", "%FF", "%00", "%", String(repeating: "x", count: 4_000)],
    ["", "garbage", #"{"order_id":"a","status":"SUCCEEDED"}"#, "[1,2", "\u{0}\u{1}"])
  func callbacks(id: String, body: String) async throws {
    try await ordering { client in
      _ = try await client.send("POST", "/fulfilment/order", #"{"id":"a"}"#)
      for fields in [[], ["Content-Type: application/json"], ["Content-Type: text/html"]] {
        let answer = try await client.send(
          "POST", "/fulfilment/order/\(id)/process-callback?x=%ZZ", body, fields: fields)
        #expect(answer.status == 200 && answer.body.isEmpty)
      }
      #expect(
        try await client.get("/fulfilment/order/a").body == #"{"id":"a","status":"CREATED"}"#)
    }
  }

  @Test("keeps its orders from other contracts, and from being moved by the own API")
  func channels() async throws {
    try await ordering { client in
      _ = try await client.send("POST", "/fulfilment/order", #"{"id":"PO-1"}"#)
      let own = try await client.place(
        #"{"customer_id":"c","reference":"PO-1","items":[{"quantity":1,"price":1}]}"#)
      #expect(own["status"]?.text == "new")
      let list = try await client.get("/orders?channel=fulfilment")
      let id = try #require(try list.json["items"]?[0]?["id"]?.text)
      #expect(try list.json["items"]?[0]?["allowed_statuses"]?.written == "[]")
      #expect(try list.json["items"]?[0]?["customer_id"]?.written == "null")

      let moved = try await client.send(
        "PATCH", "/orders/\(id)/status", #"{"status":"in_progress"}"#)
      let cancelled = try await client.send("DELETE", "/orders/\(id)", fields: [])
      for answer in [moved, cancelled] {
        #expect(answer.status == 409)
        #expect(try answer.json["code"]?.text == "not_yours_to_move")
      }
      #expect(try await client.send("DELETE", "/storefront/orders/\(id)").status == 404)
      #expect(try await client.get("/fulfilment/order").json.items?.count == 1)
    }
  }
}
