import HTTP
import JSON
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("An export")
struct ExportRoutesTests {
  private static let rows = """
    WITH introduced AS (
        INSERT INTO customers (id, name)
        SELECT 'c' || n, '=Demo ' || n FROM generate_series(1, 3) AS n)
    INSERT INTO products (id, name, price, stock)
    SELECT 'p' || n, 'Product ' || n, n, 1000 FROM generate_series(1, 1200) AS n
    """

  private static func lines(_ answer: ContractAnswer) -> [String] {
    answer.body.split(separator: "\n").map(String.init)
  }

  @Test("has every row as lists show it, and a last line that proves it")
  func whole() async throws {
    try await asking(Self.rows) { client in
      for number in 1...3 {
        _ = try await client.place(
          #"{"customer_id":"c\#(number)","items":[{"product_id":"p1","quantity":1}]}"#)
      }
      try await client.sequence()
      for (path, list) in [
        ("/exports/orders", "/orders?sort=created_at"), ("/exports/customers", "/customers"),
        ("/exports/products", "/products"), ("/exports/products?q=7", "/products?q=7"),
        ("/exports/orders?customer_id=c2", "/orders?customer_id=c2"),
      ] {
        let answer = try await client.get(path)
        let entries = try await client.entries(from: list)
        let lines = Self.lines(answer)
        #expect(answer.type == "application/x-ndjson", "\(path)")
        #expect(
          try lines.dropLast().map { try JSONValue(parsing: Array($0.utf8)) } == entries, "\(path)")
        #expect(lines.last == #"{"end":true,"rows":\#(entries.count)}"#, "\(path)")
        let head = try await client.get("/events?after=latest").json["next"]?.text
        #expect(answer.fields["Waybill-Cursor"] == head, "\(path)")
      }
      let stock = Self.lines(try await client.get("/exports/stock"))
      let first = #"{"product_id":"p1","name":"Product 1","stock":997,"#
      #expect(stock.count == 1_201 && stock[0].hasPrefix(first))
      let events = Self.lines(try await client.get("/exports/events"))
      let feed = try await client.get("/events?limit=1").json["items"]?.items
      #expect(try JSONValue(parsing: Array(events[0].utf8)) == feed?[0])
      #expect(events.last == #"{"end":true,"rows":\#(events.count - 1)}"#)
    }
  }

  @Test("goes on behind the last row that came")
  func resumed() async throws {
    try await asking(Self.rows) { client in
      let order = try await client.place(
        #"{"customer_id":"c1","items":[{"product_id":"p1","quantity":1}]}"#)
      _ = try await client.place(
        #"{"customer_id":"c2","items":[{"product_id":"p1","quantity":1}]}"#)
      try await client.sequence()
      let id = order["id"]?.text ?? ""
      for (path, rows) in [
        ("/exports/products?after=p1150", 50), ("/exports/customers?after=c3", 0),
        ("/exports/orders?after=\(id)", 1), ("/exports/orders?after=1", 1),
      ] {
        let lines = Self.lines(try await client.get(path))
        #expect(lines.last == #"{"end":true,"rows":\#(rows)}"#, "\(path)")
      }
      for path in [
        "/exports/products?after=nothing", "/exports/customers?after=nobody",
        "/exports/orders?after=77",
      ] { #expect(try await client.get(path).status == 404, "\(path)") }
      #expect(try await client.get("/exports/events?after=1-00000000").status == 409)
    }
  }

  @Test("is cut before its next page when its caller may read no more")
  func revoked() async throws {
    var isAdmitted = true
    let request = ExportRequest(
      parameters: try Parameters(nil, known: []), preferred: { .ndjson },
      isAdmitted: { isAdmitted })
    let form = ExportForm<StockLevel>(.ndjson, columns: [], json: \.self) { _, _ in }
    let export = ExportStream(form, request, after: 0) { position in
      Page(entries: [StockLevel.sample], next: (position ?? 0) + 1)
    }
    #expect(try await export.next() != nil)
    isAdmitted = false
    await #expect(throws: Failure.self) { try await export.next() }
    #expect(export.rows == 1)
  }

  @Test("is a table for those who want one, safe to open in a spreadsheet")
  func table() async throws {
    try await asking(Self.rows) { client in
      for (path, fields) in [
        ("/exports/customers", ["Accept: text/csv"]), ("/exports/customers?format=csv", []),
      ] {
        let answer = try await client.send("GET", path, fields: fields)
        let lines = answer.timeless.split(separator: "\r\n").map(String.init)
        #expect(answer.type?.hasPrefix("text/csv") == true)
        #expect(lines[0] == "id,number,name,email,version,created_at,updated_at,ship_to")
        #expect(lines[1].hasPrefix(#""c1",1,"'=Demo 1",,1,"#) && lines.count == 4)
        #expect(answer.fields["Content-Disposition"] == #"attachment; filename="customers.csv""#)
      }
      let refused = try await client.send(
        "GET", "/exports/customers", fields: ["Accept: text/html"])
      #expect(refused.status == 406)
      #expect(try await client.get("/exports/customers?format=xml").status == 400)
    }
  }

  @Test("and the feed after it make an exact copy, while orders come and change")
  func copy() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await asking(Self.rows) { client in
      for _ in 0..<30 { try await Self.change(client, seed) }
      let copied = await together(5, on: client.database.loop) { number -> Copy? in
        guard number == 0 else {
          for step in 0..<40 { try? await Self.change(client, seed &+ UInt64(number * 100 + step)) }
          return nil
        }
        return try? await Self.copy(client)
      }
      var copy = try #require(copied[0])
      try await client.sequence()
      try await copy.follow(client)

      let rows = try await client.entries(from: "/orders?limit=200")
      let truth = Dictionary(uniqueKeysWithValues: rows.map { ($0["id"]?.text ?? "", $0) })
      #expect(copy.orders == truth, "seed \(seed)")
      #expect(truth.count > 50, "seed \(seed)")
    }
  }

  /// A copy of all orders, as a client keeps it.
  private struct Copy {
    var orders: [String: JSONValue] = [:]
    var cursor: String

    mutating func take(_ order: JSONValue) {
      let id = order["id"]?.text ?? ""
      func version(_ order: JSONValue?) -> Int { Int(order?["version"]?.written ?? "") ?? 0 }
      if version(order) > version(orders[id]) { orders[id] = order }
    }

    mutating func follow(_ client: ContractClient) async throws {
      while true {
        let page = try await client.get("/events?include=order&limit=50&after=\(cursor)").json
        for event in page["items"]?.items ?? [] {
          if let order = event["order_now"] { take(order) }
        }
        cursor = page["next"]?.text ?? cursor
        if page["caught_up"] == .boolean(true) { return }
      }
    }
  }

  private static func copy(_ client: ContractClient) async throws -> Copy {
    let export = try await client.get("/exports/orders")
    var copy = Copy(cursor: export.fields["Waybill-Cursor"] ?? "")
    let lines = Self.lines(export)
    try #require(lines.last?.hasPrefix(#"{"end":true"#) == true)
    for line in lines.dropLast() { copy.take(try JSONValue(parsing: Array(line.utf8))) }
    return copy
  }

  /// Places an order, or moves or cancels one of those there are.
  private static func change(_ client: ContractClient, _ seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let number = Int.random(in: 1...60, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      _ = try await client.send(
        "PATCH", "/orders/\(number)/status", #"{"status":"in_progress"}"#)
    case 1: _ = try await client.send("DELETE", "/orders/\(number)")
    default:
      _ = try await client.place(
        #"{"customer_id":"c1","items":[{"product_id":"p\#(number)","quantity":1}]}"#)
    }
    if Bool.random(using: &random) { try await client.sequence() }
  }
}
