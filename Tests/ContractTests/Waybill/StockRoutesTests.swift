import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API's stock")
struct StockRoutesTests {
  @Test("is adjusted, and its movements say why it is what it is")
  func transcript() async throws {
    try await ordering { client in
      let adjusted = try await client.send(
        "POST", "/products/keyboard/stock", #"{"delta": -3, "reason": "stock take"}"#)
      #expect(adjusted.status == 200 && adjusted.fields["ETag"] == #""2""#)
      #expect(adjusted.body.contains(#""stock":7,"available":true,"version":2"#))

      let movements = try await client.get("/products/keyboard/stock")
      #expect(
        movements.timeless.hasPrefix(
          """
          {"items":[{"delta":-3,"cause":"adjusted","order_number":null,"reason":"stock take",\
          "who":"api, no token","created_at":"T"},{"delta":10,"cause":"initial",\
          "order_number":null,"reason":null,
          """))
      #expect(movements.body.hasSuffix(#""next":null}"#))
    }
  }

  typealias Refused = (body: String, status: Int, part: String)
  static let range = "must be a whole number from -1000000000000 to 1000000000000"
  static let refused: [Refused] = [
    (#"{"delta":-11}"#, 409, #""code":"stock_below_zero""#),
    (#"{"delta":1000000000000}"#, 409, #""code":"stock_too_large""#),
    (#"{"delta":0}"#, 400, #"{"field":"delta","message":"must not be 0"}"#),
    (#"{"delta":0,"reason":""}"#, 400, #""must not be 0"},{"field":"reason""#),
    (#"{"delta":-1000000000001}"#, 400, range), (#"{"delta":9223372036854775808}"#, 400, range),
    (#"{"delta":1.5}"#, 400, range), (#"{"delta":"1"}"#, 400, range), ("{}", 400, "is required"),
    (#"{"delta":1,"reason":""}"#, 400, #""field":"reason""#),
    (#"{"delta":1,"reason":"\#(String(repeating: "x", count: 201))"}"#, 400, #""field":"reason""#),
    (#"{"delta":1,"stock":1}"#, 400, #"{"field":"stock","message":"is not a known field"}"#),
  ]

  @Test("is never adjusted to what it cannot be, and a refusal leaves nothing", arguments: refused)
  func refusal(_ example: Refused) async throws {
    try await ordering { client in
      let before = try await client.get("/products/keyboard/stock")

      let answer = try await client.send("POST", "/products/keyboard/stock", example.body)

      #expect(answer.status == example.status)
      #expect(answer.body.contains(example.part), "\(answer.body)")
      #expect(try await client.get("/products/keyboard/stock").body == before.body)
      #expect(try await client.get("/products/keyboard").body.contains(#""stock":10,"#))
    }
  }

  @Test(
    "never keeps an order from being edited or cancelled, also where it is as large as it may be")
  func ceiling() async throws {
    try await ordering { client in
      func adjust(_ delta: Int) async throws -> ContractAnswer {
        try await client.send("POST", "/products/webcam/stock", #"{"delta":\#(delta)}"#)
      }
      #expect(try await adjust(1_000_000_000_000).status == 200)
      let body = #"{"customer_id":"c","items":[{"product_id":"webcam","quantity":5}]}"#
      var orders: [String] = []
      for _ in 0..<2 {
        let placed = try await client.send("POST", "/orders", body)
        #expect(placed.status == 201)
        orders.append(try #require(placed.fields["Location"]))
      }
      #expect(try await adjust(10).status == 200)

      let edited = try await client.send(
        "PATCH", orders[0], #"{"items":[{"product_id":"webcam","quantity":1}]}"#)
      let cancelled = try await client.send("DELETE", orders[1])

      #expect(edited.status == 200, "\(edited.body)")
      #expect(cancelled.status == 200, "\(cancelled.body)")
      let product = try await client.get("/products/webcam")
      #expect(product.body.contains(#""stock":1000000000009,"#), "\(product.body)")
      // More cannot be counted by hand, less can.
      #expect(try await adjust(1).status == 409)
      #expect(try await adjust(-9).status == 200)
      try await Invariants.check(client.owner)
    }
  }

  @Test("of what is not there is 404, and of another version than meant 412")
  func conditions() async throws {
    try await ordering { client in
      let fields = ["Content-Type: application/json", #"If-Match: "7""#]
      let missing = try await client.send("POST", "/products/none/stock", #"{"delta":1}"#)
      let movements = try await client.get("/products/none/stock")
      let stale = try await client.send(
        "POST", "/products/keyboard/stock", #"{"delta":1}"#, fields: fields)
      #expect(missing.status == 404 && movements.status == 404 && stale.status == 412)
      #expect(try await client.get("/products/webcam/stock").body == #"{"items":[],"next":null}"#)
    }
  }

  @Test("is the sum of its movements, in pages that miss none, after any history")
  func randomHistory() async throws {
    let seed: UInt64 = 20_260_101
    try await ordering { client in
      var random = SeededRandom(seed: seed)
      var orders: [String] = []
      for _ in 0..<120 {
        let quantity = Int.random(in: 1...4, using: &random)
        let product = ["keyboard", "mouse", "dime"].randomElement(using: &random)!
        let known = orders.randomElement(using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1:
          let placed = try await client.send(
            "POST", "/orders",
            #"{"customer_id":"c","shortage":"partial","items":[{"product_id":"\#(product)","#
              + #""quantity":\#(quantity)},{"product_id":"dime","quantity":1}]}"#)
          if placed.status == 201 { orders.append(try #require(try placed.json["id"]?.text)) }
        case 2:
          guard let known else { continue }
          _ = try await client.send(
            "PATCH", "/orders/\(known)",
            #"{"items":[{"product_id":"\#(product)","quantity":\#(quantity - 1)}]}"#)
        case 3:
          guard let known else { continue }
          _ = try await client.send("DELETE", "/orders/\(known)", fields: [])
        default:
          _ = try await client.send(
            "POST", "/products/\(product)/stock",
            #"{"delta":\#(Bool.random(using: &random) ? quantity : -quantity)}"#)
        }
      }
      for product in ["keyboard", "mouse", "dime"] {
        let movements = try await client.entries(from: "/products/\(product)/stock?limit=7")
        let sum = movements.reduce(0) { $0 + (Int($1["delta"]?.written ?? "") ?? 0) }
        let stock = try await client.get("/products/\(product)").json["stock"]?.written
        #expect("\(sum)" == stock, "seed \(seed): \(product)")
        let times = movements.compactMap { $0["created_at"]?.text }
        #expect(times == times.sorted(by: >), "seed \(seed): newest first")
        for movement in movements {
          let byOrder = ["placed", "edited", "cancelled"].contains(movement["cause"]?.text ?? "")
          #expect((movement["order_number"] != .null) == byOrder, "seed \(seed)")
        }
      }
    }
  }

  @Test("goes to exactly zero when many take from it at once, and no further")
  func concurrency() async throws {
    try await ordering { client in
      let statuses = await together(50, on: client.database.loop) { _ in
        try? await client.send("POST", "/products/keyboard/stock", #"{"delta":-1}"#).status
      }

      #expect(statuses.filter { $0 == 200 }.count == 10)
      #expect(statuses.filter { $0 == 409 }.count == 40)
      let product = try await client.get("/products/keyboard")
      #expect(product.body.contains(#""stock":0,"available":false,"version":11"#))
    }
  }
}
