import HTTP
import JSON
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Many orders by one request")
struct BatchTests {
  static func order(_ product: String, _ quantity: Int = 1, _ more: String = "") -> String {
    #"{"customer_id":"c","items":[{"product_id":"\#(product)","quantity":\#(quantity)}]\#(more)}"#
  }

  static func batch(_ mode: String, _ orders: [String]) -> String {
    #"{"mode":"\#(mode)","orders":[\#(orders.joined(separator: ","))]}"#
  }

  @Test("are placed each for itself, and each is answered as if it had come alone")
  func each() async throws {
    let orders = [
      Self.order("keyboard"), Self.order("webcam"), Self.order("none"),
      Self.order("mouse", 4, #","reference":"r""#),
      Self.order("mouse", 1, #","reference":"r""#),
      Self.order("mouse", 9, #","shortage":"partial""#),
      #"{"customer_id":"d","items":[{"quantity":2,"price":1}],"note":"n","tags":["t"]}"#,
    ]
    let alone = try await ordering { client in
      var answers: [ContractAnswer] = []
      for order in orders { answers.append(try await client.send("POST", "/orders", order)) }
      return answers
    }
    let together = try await ordering { client in
      try await client.send("POST", "/orders/batch", Self.batch("each", orders))
    }

    #expect(together.status == 200)
    let answer = try together.json
    #expect(answer["placed"]?.written == "4" && answer["refused"]?.written == "3")
    let results = try #require(answer["results"]?.items)
    #expect(results.count == orders.count)
    for (index, (result, single)) in zip(results, alone).enumerated() {
      #expect(result["index"]?.written == "\(index)")
      #expect(result["status"]?.written == "\(single.status)")
      #expect(result[single.status == 201 ? "error" : "order"] == nil)
      let part = try #require(result[single.status == 201 ? "order" : "error"])
      #expect(part.written.withoutIDsAndTimes == single.body.withoutIDsAndTimes, "\(orders[index])")
    }
  }

  @Test("are placed all or none, and then every refusal is told", arguments: [false, true])
  func all(isKeyed: Bool) async throws {
    try await ordering { client in
      func send(_ orders: [String], key: String) async throws -> ContractAnswer {
        let body = Self.batch("all", orders)
        return isKeyed
          ? try await client.send("POST", "/orders/batch", body, key: key)
          : try await client.send("POST", "/orders/batch", body)
      }
      let before = try await client.digest()
      let orders = [Self.order("webcam"), Self.order("keyboard"), Self.order("none", 2)]
      let refused = try await send(orders, key: "k-1")
      #expect(try refused.status == 409 && refused.json["code"]?.text == "batch_refused")
      #expect(
        try refused.json["message"]?.text == "2 of 3 orders are refused, so none was placed.")
      #expect(
        try refused.violations
          == ["orders[0]:Out of stock: webcam.", "orders[2]:Not in the catalogue: none."])
      let errors = try #require(try refused.json["errors"]?.items)
      #expect(errors.map { $0["index"]?.written } == ["0", "2"])
      #expect(errors.map { $0["status"]?.written } == ["409", "422"])
      #expect(errors[1].at("error", "code")?.text == "unknown_product")
      #expect(errors[0].at("error", "errors")?[0]?["available"]?.written == "0")
      if !isKeyed { #expect(try await client.digest() == before) }
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'keyboard'") == 10)

      let placed = try await send([Self.order("keyboard"), Self.order("mouse", 2)], key: "k-2")
      #expect(try placed.status == 201 && placed.json["placed"]?.written == "2")
      #expect(try await client.number("SELECT count(*) FROM orders") == 2)
      if isKeyed {
        let again = try await send(orders, key: "k-1")
        #expect(again.isReplayed && again.body == refused.body)
        let other = try await send([Self.order("keyboard")], key: "k-2")
        #expect(other.status == 422)
      }
    }
  }

  typealias Malformed = (body: String, violations: [String])
  static let malformed: [Malformed] = [
    ("{}", ["mode:is required", "orders:is required"]),
    (
      #"{"mode":"some","orders":[]}"#,
      ["mode:must be one of: each, all", "orders:must have 1 to 100 items"]
    ),
    (
      batch("each", [order("mouse"), order("mouse", 0), #"{"customer_id":"c","items":[{}]}"#]),
      [
        "orders[1].items[0].quantity:must be a whole number from 1 to 1000000",
        "orders[2].items[0].quantity:is required",
        "orders[2].items[0].price:is required where there is no product_id",
      ]
    ),
    (
      batch("each", Array(repeating: order("mouse"), count: 101)),
      ["orders:must have 1 to 100 items"]
    ),
    (
      #"{"mode":"each","orders":[\#(order("mouse"))],"order":1}"#,
      ["order:is not a known field"]
    ),
  ]

  @Test("are refused as a whole when the body is not as described", arguments: malformed)
  func notAsDescribed(_ example: Malformed) async throws {
    try await ordering { client in
      let answer = try await client.send("POST", "/orders/batch", example.body)
      #expect(answer.status == 400)
      #expect(try answer.violations == example.violations)
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
    }
  }

  @Test("may be 100 with 100 lines each, by one transaction, once under a key")
  func largest() async throws {
    let rows = """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p' || n, 'Product ' || n, 1, 1000 FROM generate_series(1, 150) AS n
      """
    try await ordering(rows) { client in
      let orders = (0..<100).map { order in
        let items = (0..<100).map { #"{"product_id":"p\#((order + $0) % 150 + 1)","quantity":1}"# }
        return #"{"customer_id":"c-\#(order % 10)","items":[\#(items.joined(separator: ","))]}"#
      }
      let body = Self.batch("each", orders)
      #expect(body.utf8.count > 300_000)
      let transactions = client.database.metrics.transactions.value
      let answer = try await client.send("POST", "/orders/batch", body, key: "k")
      #expect(try answer.status == 200 && answer.json["placed"]?.written == "100")
      #expect(client.database.metrics.transactions.value - transactions == 1)
      let again = try await client.send("POST", "/orders/batch", body, key: "k")
      #expect(again.isReplayed && again.body == answer.body)
      #expect(try await client.number("SELECT count(*) FROM orders") == 100)
      #expect(try await client.number("SELECT count(DISTINCT xid::text) FROM order_events") == 1)
      #expect(try await client.number("SELECT sum(stock) FROM products") == 140_000)
    }
  }

  @Test("may have a mebibyte, which no other request may")
  func bytes() {
    var limits = MessageLimits.standard
    limits.takesLargeBody = Mount.mainPort().largeBodies
    for (line, most) in [
      ("POST /orders/batch", 1_048_576), ("POST /orders/status", 262_144),
      ("POST /orders", 262_144), ("GET /orders/batch", 262_144),
      ("POST /shop/orders/batch", 262_144),
    ] {
      for (length, isRefused) in [(most, false), (most + 1, true)] {
        #expect(isRejected(line, "Content-Length: \(length)", limits) == isRefused, "\(line)")
        let size = String(length, radix: 16)
        #expect(
          isRejected(line, "Transfer-Encoding: chunked", limits, size + "\r\n") == isRefused,
          "\(line) in chunks")
      }
    }
  }

  private func isRejected(
    _ line: String, _ field: String, _ limits: MessageLimits, _ body: String = ""
  ) -> Bool {
    var parser = RequestParser(limits: limits)
    var offset = 0
    let lines = ["\(line) HTTP/1.1", "Host: localhost", field, "", body]
    let bytes = Array(lines.joined(separator: "\r\n").utf8)
    if case .rejected(.bodyTooLarge) = parser.consume(bytes.span, from: &offset) { return true }
    return false
  }
}
