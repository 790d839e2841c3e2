import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Many orders moved by one request")
struct BatchMoveTests {
  private static func order(_ product: String) -> String {
    #"{"customer_id":"c","items":[{"product_id":"\#(product)","quantity":2}]}"#
  }

  private static func moves(_ status: String, _ orders: String...) -> String {
    #"{"status":"\#(status)","orders":[\#(orders.joined(separator: ","))]}"#
  }

  @Test("are moved each for itself, and each is answered as if it had been moved alone")
  func each() async throws {
    @Sendable func prepare(_ client: ContractClient) async throws -> [String] {
      var ids: [String] = []
      for _ in 1...4 {
        ids.append(try #require(try await client.place(Self.order("dime"))["id"]?.text))
      }
      _ = try await client.send("DELETE", "/orders/4")
      _ = try await client.send("POST", "/fulfilment/order", #"{"id":"o-1"}"#)
      return ids
    }
    let unknown = "019b7a40-5e00-7000-8000-000000000001"
    let keys = ["1", "2", "4", "5", unknown, "77", "2", "3"]
    let versions = [7: 9]
    let alone = try await ordering { client in
      _ = try await prepare(client)
      var answers: [ContractAnswer] = []
      for (index, key) in keys.enumerated() {
        let condition = versions[index].map { ["If-Match: \"\($0)\""] } ?? []
        answers.append(
          try await client.send(
            "PATCH", "/orders/\(key)/status", #"{"status":"in_progress"}"#,
            fields: ["Content-Type: application/json"] + condition))
      }
      return answers
    }
    let together = try await ordering { client in
      let ids = try await prepare(client)
      let entries = keys.enumerated().map { index, key in
        // The first by its id, the others by their numbers.
        let id = index == 0 ? "\"\(ids[0])\"" : key == unknown ? "\"\(key)\"" : key
        return #"{"id":\#(id)\#(versions[index].map { #","version":\#($0)"# } ?? "")}"#
      }
      let body = #"{"status":"In Progress","orders":[\#(entries.joined(separator: ","))]}"#
      return try await client.send("POST", "/orders/status", body)
    }

    #expect(alone.map(\.status) == [200, 200, 409, 409, 404, 404, 409, 412])
    #expect(together.status == 200)
    let answer = try together.json
    #expect(answer["moved"]?.written == "2" && answer["refused"]?.written == "6")
    let results = try #require(answer["results"]?.items)
    for (index, (result, single)) in zip(results, alone).enumerated() {
      #expect(result["status"]?.written == "\(single.status)", "\(keys[index])")
      let part = try #require(result[single.status == 200 ? "order" : "error"])
      #expect(part.written.withoutIDsAndTimes == single.body.withoutIDsAndTimes, "\(keys[index])")
    }
  }

  @Test("return the stock of all that are cancelled, once also under a key")
  func cancelled() async throws {
    try await ordering { client in
      for product in ["keyboard", "mouse", "keyboard"] {
        _ = try await client.place(Self.order(product))
      }
      let body = Self.moves("cancelled", #"{"id":3}"#, #"{"id":2}"#, #"{"id":1}"#)
      let first = try await client.send("POST", "/orders/status", body, key: "k")
      let again = try await client.send("POST", "/orders/status", body, key: "k")
      #expect(try first.json["moved"]?.written == "3")
      #expect(again.isReplayed && again.body == first.body)
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'keyboard'") == 10)
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'mouse'") == 5)
    }
  }

  @Test("are refused as a whole when the body is not as described")
  func malformed() async throws {
    try await ordering { client in
      for (body, violations) in [
        ("{}", ["status:is required", "orders:is required"]),
        (
          Self.moves("done", #"{"id":"x"}"#, #"{"id":0}"#, #"{"version":0}"#),
          [
            "status:must be one of: new, in_progress, completed, failed, cancelled",
            "orders[0].id:must be the id of an order, or its number",
            "orders[1].id:must be a whole number of at least 1",
            "orders[2].id:is required", "orders[2].version:must be a whole number of at least 1",
          ]
        ),
      ] {
        let answer = try await client.send("POST", "/orders/status", body)
        #expect(answer.status == 400)
        #expect(try answer.violations == violations)
      }
    }
  }
}
