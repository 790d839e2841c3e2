import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

extension ContractClient {
  /// Sends a request under a key.
  func send(
    _ method: String, _ target: String, _ body: String = "", key: String,
    fields: [String] = []
  ) async throws -> ContractAnswer {
    try await send(
      method, target, body,
      fields: ["Content-Type: application/json", "Idempotency-Key: \(key)"] + fields)
  }
}

extension ContractAnswer {
  var isReplayed: Bool { fields["Idempotent-Replayed"] == "true" }

  /// All that a replay must repeat.
  var repeated: [String] {
    // A token's text is not stored, and so not repeated.
    ["\(status)", type ?? "", body.replacing(/"token":("wb_[0-9a-f]{64}"|null)/, with: "")]
      + fields.filter { $0.key != "Idempotent-Replayed" }.map { "\($0.key): \($0.value)" }.sorted()
  }
}

@Suite("A request with an Idempotency-Key")
struct ReplayTests {
  private static let order =
    #"{"customer_id":"c","items":[{"product_id":"keyboard","quantity":1}]}"#
  private static let sold = #"{"customer_id":"c","items":[{"product_id":"webcam","quantity":1}]}"#

  @Test("has one effect and one answer, byte for byte, whatever has become of things since")
  func replay() async throws {
    try await ordering { client in
      let first = try await client.send("POST", "/orders", Self.order, key: "k")
      let number = try first.json["number"]?.written ?? ""
      let moved = try await client.send(
        "PATCH", "/orders/\(number)/status", #"{"status":"in_progress"}"#)
      let again = try await client.send("POST", "/orders", Self.order, key: "k")

      #expect(first.status == 201 && !first.isReplayed && moved.status == 200)
      #expect(first.fields["Location"] != nil && first.fields["ETag"] == "\"1\"")
      #expect(again.repeated == first.repeated && again.isReplayed)
      #expect(try await client.number("SELECT count(*) FROM orders") == 1)
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'keyboard'") == 9)
    }
  }

  @Test("is refused with 422 when it is another one than the key's first, and changes nothing")
  func otherBody() async throws {
    try await ordering { client in
      _ = try await client.send("POST", "/orders", Self.order, key: "k")
      let other = Self.order.replacing("1}", with: "2}")
      for (target, body) in [("/orders", other), ("/orders?x", Self.order)] {
        let answer = try await client.send("POST", target, body, key: "k")
        #expect(answer.status == 422 && !answer.isReplayed)
        #expect(try answer.json["code"]?.text == "idempotency_key_reused")
      }
      #expect(try await client.number("SELECT count(*) FROM orders") == 1)
      #expect(try await client.send("POST", "/orders", Self.order, key: "k").isReplayed)
    }
  }

  @Test("keeps a refusal by the state of things, also when they are better now")
  func refusalStays() async throws {
    try await ordering { client in
      let first = try await client.send("POST", "/orders", Self.sold, key: "k")
      let more = try await client.send("POST", "/products/webcam/stock", #"{"delta":5}"#)
      let again = try await client.send("POST", "/orders", Self.sold, key: "k")
      let fresh = try await client.send("POST", "/orders", Self.sold, key: "l")

      #expect(first.status == 409 && more.status == 200)
      #expect(again.repeated == first.repeated && again.isReplayed)
      #expect(fresh.status == 201)
    }
  }

  /// Requests that are refused for how they are asked, and what makes them right.
  static let mistakes: [(body: String, status: Int)] = [
    (#"{"customer_id":"c""#, 400), (#"{"customer_id":"c","items":[]}"#, 400),
    (#"{"customer_id":7,"items":[{"quantity":0}]}"#, 400),
  ]

  @Test("keeps no refusal of how it was asked: the key is free for the request as it should be")
  func validation() async throws {
    try await ordering { client in
      for (body, status) in Self.mistakes {
        #expect(try await client.send("POST", "/orders", body, key: "k").status == status)
      }
      let text = try await client.send(
        "POST", "/orders", Self.order, fields: ["Content-Type: text/plain", "Idempotency-Key: k"])
      #expect(text.status == 415)
      #expect(try await client.number("SELECT count(*) FROM idempotency_keys") == 0)
      let right = try await client.send("POST", "/orders", Self.order, key: "k")
      #expect(right.status == 201 && !right.isReplayed)
    }
  }

  @Test("keeps what stands against a change: wrong status, an unknown order, an id in use")
  func changes() async throws {
    try await ordering { client in
      let id = try await client.place(Self.order)["id"]?.text ?? ""
      let unknown = "/orders/00000000-0000-7000-8000-000000000000"
      let refused: [(String, String, String, Int)] = [
        ("PATCH", "/orders/\(id)/status", #"{"status":"completed"}"#, 409),
        ("DELETE", unknown, "", 404),
        ("PATCH", "/products/none", #"{"name":"None"}"#, 404),
        ("POST", "/customers", #"{"id":"c","name":"Demo Customer 1"}"#, 409),
      ]
      for (method, path, body, status) in refused {
        let first = try await client.send(method, path, body, key: "k")
        let again = try await client.send(method, path, body, key: "k")
        #expect(first.status == status, "\(method) \(path): \(first.body)")
        #expect(again.repeated == first.repeated && again.isReplayed, "\(method) \(path)")
      }
    }
  }

  @Test("keeps no 412: who has read again asks again, under the new condition")
  func staleVersion() async throws {
    try await ordering { client in
      let id = try await client.place(Self.order)["id"]?.text ?? ""
      func cancel(_ tag: String) async throws -> ContractAnswer {
        try await client.send("DELETE", "/orders/\(id)", key: "v", fields: ["If-Match: \(tag)"])
      }
      let stale = try await cancel(#""9""#)
      let tag = try #require(try await client.get("/orders/\(id)").fields["ETag"])
      let done = try await cancel(tag)
      let again = try await cancel(tag)

      #expect(stale.status == 412 && done.status == 200 && !done.isReplayed)
      #expect(again.repeated == done.repeated && again.isReplayed)
    }
  }

  @Test("is another one with another method or path, or below another contract")
  func scopes() async throws {
    try await ordering { client in
      let order = try await client.place(Self.order)
      let (id, number) = (order["id"]?.text ?? "", order["number"]?.written ?? "")
      let body = #"{"carrier":"Demo Carrier"}"#
      let requests = [
        ("PATCH", "/orders/\(id)/shipping", body), ("PATCH", "/orders/\(number)/shipping", body),
        ("DELETE", "/orders/\(id)", ""), ("POST", "/orders", Self.order),
        (
          "POST", "/storefront/orders",
          #"{"customerId":"c","products":[{"productId":"p","quantity":1}]}"#
        ),
      ]
      for (method, path, body) in requests {
        let answer = try await client.send(method, path, body, key: "k")
        #expect(answer.status < 300 && !answer.isReplayed, "\(method) \(path)")
      }
      #expect(try await client.number("SELECT count(*) FROM idempotency_keys") == 5)
    }
  }

  @Test("is the same one at the contract's own port as below its path on the main one")
  func ownPort() async throws {
    let body = #"{"customerId":"c","products":[{"productId":"p","quantity":1}]}"#
    try await asking { client in
      let own = ContractClient(client.database, ownPortOf: "storefront")
      let first = try await client.send("POST", "/storefront/orders", body, key: "k")
      let again = try await own.send("POST", "/orders", body, key: "k")
      let api = try await client.send("POST", "/orders", Self.sold, key: "k")
      #expect(first.status == 201 && again.repeated == first.repeated && again.isReplayed)
      #expect(!api.isReplayed)
    }
  }

  @Test("answers at each port with the address of what was made at that port")
  func locations() async throws {
    try await asking { client in
      let own = ContractClient(client.database, ownPortOf: "fulfilment")
      func place(_ id: String, _ one: ContractClient, _ path: String) async throws -> String? {
        try await one.send("POST", path, #"{"id":"\#(id)"}"#, key: id).fields["Location"]
      }
      let addresses = [
        try await place("a", client, "/fulfilment/order"), try await place("a", own, "/order"),
        try await place("b", own, "/order"), try await place("b", client, "/fulfilment/order"),
      ]
      #expect(
        addresses == ["/fulfilment/order/a", "/order/a", "/order/b", "/fulfilment/order/b"])
    }
  }

  @Test("is another one with another token, and nobody's before the token is known to be good")
  func tokens() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let client = ContractClient(database, auth: .tokens)
      let store = TokenRepository(database)
      var bearers: [String] = []
      for _ in 0..<2 {
        let token = try await store.create(NewToken(role: .retailer, name: Name("test")!)!).0
        bearers.append("Authorization: Bearer \(token.secret)")
      }
      let body = #"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#
      var answers: [ContractAnswer] = []
      for bearer in bearers + bearers {
        answers.append(
          try await client.send("POST", "/orders", body, key: "k", fields: [bearer]))
      }
      #expect(answers.map(\.status) == [201, 201, 201, 201])
      #expect(answers.map(\.isReplayed) == [false, false, true, true])
      #expect(answers[0].repeated == answers[2].repeated && answers[0].body != answers[1].body)

      let nobody = try await client.send("POST", "/orders", body, key: "k")
      let unknown = try await client.send(
        "POST", "/orders", body, key: "k", fields: ["Authorization: Bearer wb_no"])
      #expect(nobody.status == 401 && unknown.status == 401)
      _ = try await store.revoke(1)
      let other = ContractClient(database, auth: .tokens)
      let revoked = try await other.send("POST", "/orders", body, key: "k", fields: [bearers[0]])
      #expect(revoked.status == 401, "an answer is only for who may still ask")
      await database.close()
    }
  }

  @Test("waits for a database that is away as long as its contract does")
  func away() async throws {
    try await asking(of: "host=/nowhere dbname=secret") { client in
      var random = SystemRandomNumberGenerator()
      let somebody = Shopper(token: BearerToken(using: &random))
      let shop = try await client.send(
        "POST", "/shop/orders", "{}", key: "k",
        fields: ["Authorization: Bearer \(somebody.token.secret)"])
      #expect(shop.status == 503 && client.outage.refused.count == 1)
      #expect((.seconds(1)...(.seconds(2))).contains(client.outage.waited))
      let own = try await client.send("POST", "/orders", Self.order, key: "k")
      #expect(own.status == 503 && own.fields["Retry-After"] == "1")
    }
  }

  static let badKeys = [
    "", String(repeating: "k", count: 256), "caf\u{e9}", "a\tb", "k\r\nIdempotency-Key: l",
  ]

  @Test("is refused in the contract's envelope when the key is none", arguments: badKeys)
  func badKey(_ key: String) async throws {
    try await ordering { client in
      let own = try await client.send("POST", "/orders", Self.order, key: key)
      let storefront = try await client.send("POST", "/storefront/orders", "{}", key: key)
      let store = try await client.send("POST", "/store/customers", "{}", key: key)
      #expect(own.status == 400 && storefront.status == 400 && store.status == 400)
      #expect(try own.json["code"]?.text == "bad_idempotency_key")
      #expect(try storefront.json["statusCode"]?.written == "400")
      #expect(try storefront.json["message"]?.text?.contains("Idempotency-Key") == true)
      #expect(try store.json["message"]?.text?.contains("Idempotency-Key") == true)
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
    }
  }

  @Test(
    "may have any key of 1 to 255 printable characters",
    arguments: [
      "k", String(repeating: "~", count: 255), #""quoted""#, "a b", "'; DROP TABLE orders; --",
    ])
  func goodKey(_ key: String) async throws {
    try await ordering { client in
      let first = try await client.send("POST", "/orders", Self.order, key: key)
      let again = try await client.send("POST", "/orders", Self.order, key: key)
      #expect(first.status == 201 && again.repeated == first.repeated && again.isReplayed)
    }
  }

  @Test("that only reads is read anew each time")
  func reading() async throws {
    try await ordering { client in
      for method in ["GET", "HEAD"] {
        for _ in 0..<2 {
          let answer = try await client.send(method, "/products/mouse", key: "k")
          #expect(answer.status == 200 && !answer.isReplayed)
        }
        #expect(try await client.send(method, "/products/mouse", key: "").status == 200)
      }
      #expect(try await client.number("SELECT count(*) FROM idempotency_keys") == 0)
    }
  }
}
