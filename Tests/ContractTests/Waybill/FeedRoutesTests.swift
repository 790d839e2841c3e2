import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The feed")
struct FeedRoutesTests {
  private static let channels = Channel.allCases.map(\.rawValue).joined(separator: ", ")
  private static let order =
    #"{"customer_id":"c-1","items":[{"product_id":"keyboard","quantity":2}],"reference":"PO-7"}"#

  /// The answer with what is different each time replaced.
  private static func plain(_ answer: ContractAnswer) -> String {
    answer.timeless
      .replacing(/"[0-9a-f]{8}-[0-9a-f-]{27}"/, with: #""ID""#)
      .replacing(/_[0-9a-f]{8}"/, with: #"_M""#)
      .replacing(/"(\d+)-[0-9a-f]{8}"/) { "\"\($0.output.1)-M\"" }
  }

  @Test("shows what happened to orders, stock, products and customers, in order")
  func page() async throws {
    try await asking { client in
      _ = try await client.send(
        "POST", "/products", #"{"id":"keyboard","name":"Keyboard","price":"49.90","stock":10}"#)
      let order = try await client.place(Self.order)
      let path = "/orders/\(order["number"]?.written ?? "")"
      _ = try await client.send("PATCH", path + "/status", #"{"status":"in_progress"}"#)
      _ = try await client.send("PATCH", path + "/shipping", #"{"carrier":"Demo Carrier"}"#)
      _ = try await client.send("DELETE", path)
      _ = try await client.send("PATCH", "/customers/c-1", #"{"name":"Demo Customer 1"}"#)
      _ = try await client.send(
        "POST", "/products/keyboard/stock", #"{"delta":5,"reason":"delivery"}"#)
      try await client.sequence()

      let answer = try await client.get("/events?after=start")
      #expect(answer.status == 200)
      func event(_ position: Int, _ type: String, _ rest: String) -> String {
        #"{"position":\#(position),"id":"evt_\#(position)_M","type":"\#(type)","#
          + #""occurred_at":"T",\#(rest),"who":"api, no token"}"#
      }
      func ofOrder(_ position: Int, _ type: String, _ version: Int, _ steps: String) -> String {
        event(
          position, type,
          #""order":{"id":"ID","number":1,"channel":"api","version":\#(version),"#
            + #""reference":"PO-7","customer_id":"c-1"},\#(steps)"#)
      }
      let events = [
        event(1, "product.created", #""product":{"id":"keyboard","version":1}"#),
        event(
          2, "stock.adjusted",
          #""stock":{"product_id":"keyboard","delta":10,"cause":"initial","#
            + #""order_number":null,"reason":null}"#),
        event(3, "customer.created", #""customer":{"id":"c-1","version":1}"#),
        ofOrder(4, "order.placed", 1, #""from":null,"to":"new""#),
        ofOrder(5, "order.moved", 2, #""from":"new","to":"in_progress""#),
        ofOrder(6, "order.shipped", 3, #""from":"in_progress","to":"in_progress""#),
        event(
          7, "stock.adjusted",
          #""stock":{"product_id":"keyboard","delta":2,"cause":"cancelled","#
            + #""order_number":1,"reason":null}"#),
        ofOrder(8, "order.cancelled", 4, #""from":"in_progress","to":"cancelled""#),
        event(9, "customer.changed", #""customer":{"id":"c-1","version":2}"#),
        event(
          10, "stock.adjusted",
          #""stock":{"product_id":"keyboard","delta":5,"cause":"adjusted","#
            + #""order_number":null,"reason":"delivery"}"#),
      ]
      #expect(
        Self.plain(answer)
          == #"{"items":[\#(events.joined(separator: ","))],"next":"10-M","caught_up":true}"#)

      let one = try await client.get("/events/4")
      #expect(Self.plain(one) == events[3])
      #expect(try await client.get("/events/11").status == 404)
      #expect(try await client.get("/events/zero").status == 404)
    }
  }

  @Test("goes on where a page ended, and says where also without an event")
  func pages() async throws {
    try await ordering { client in
      for _ in 0..<3 {
        _ = try await client.place(#"{"customer_id":"c-1","items":[{"quantity":1,"price":1}]}"#)
      }
      try await client.sequence()
      let all = try await client.get("/events?limit=500").json
      var positions: [String] = []
      var next = "start"
      var isCaughtUp = false
      while !isCaughtUp {
        let page = try await client.get("/events?limit=3&after=\(next)").json
        positions += try #require(page["items"]?.items).compactMap { $0["position"]?.written }
        next = try #require(page["next"]?.text)
        isCaughtUp = page["caught_up"] == .boolean(true)
      }
      #expect(positions == (1...positions.count).map(String.init))
      #expect(positions.count == all["items"]?.items?.count)

      let end = try await client.get("/events?after=\(next)")
      #expect(end.body == #"{"items":[],"next":"\#(next)","caught_up":true}"#)
      #expect(try await client.get("/events?after=latest").body == end.body)
    }
  }

  @Test("leaves out what is not wanted, and adds orders as they are now")
  func filters() async throws {
    try await ordering { client in
      let order = try await client.place(Self.order)
      let number = order["number"]?.written ?? ""
      _ = try await client.send("PATCH", "/orders/\(number)/status", #"{"status":"in_progress"}"#)
      try await client.sequence()
      let placed = try await client.get("/events?types=order.placed&include=order").json
      let items = try #require(placed["items"]?.items)
      #expect(items.count == 1)
      #expect(items[0]["order"]?["version"]?.written == "1")
      #expect(items[0]["order_now"]?["version"]?.written == "2")
      #expect(items[0]["order_now"] == (try await client.get("/orders/\(number)").json))
      for (query, count) in [
        ("channel=api", 2), ("channel=shop", 0), ("types=order.moved,order.placed", 2),
        ("types=order.moved&channel=api", 1), ("types=order.cancelled", 0),
      ] {
        let page = try await client.get("/events?\(query)").json
        #expect(page["items"]?.items?.count == count, "\(query)")
        #expect(page["caught_up"] == .boolean(true), "\(query)")
      }
    }
  }

  @Test(
    "refuses what it does not understand, and says why",
    arguments: [
      ("limit=0", "limit:must be a whole number from 1 to 500"),
      ("limit=501", "limit:must be a whole number from 1 to 500"),
      ("wait=26", "wait:must be a whole number from 0 to 25"),
      ("after=7", "after:must be a cursor of the feed, start or latest"),
      ("after=07-00000000", "after:must be a cursor of the feed, start or latest"),
      (
        "types=order.lost",
        "types:must be some of: order.placed, order.edited, order.moved, "
          + "order.shipped, order.cancelled, order.returned, order.hidden, order.touched, "
          + "order.imported, stock.adjusted, product.created, product.changed, product.retired, "
          + "product.reinstated, product.low_stock, product.imported, customer.created, "
          + "customer.changed, customer.imported"
      ),
      ("channel=mail", "channel:must be one of: \(Self.channels)"),
      ("include=lines", "include:must be order"),
    ])
  func refusals(query: String, violation: String) async throws {
    try await asking { client in
      let answer = try await client.get("/events?\(query)")
      #expect(answer.status == 400)
      #expect(try answer.violations == [violation])
    }
  }

  @Test("refuses a cursor of a history that is no more")
  func otherHistory() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      try await client.sequence()
      let next = try #require(try await client.get("/events").json["next"]?.text)
      let position = next.prefix { $0 != "-" }
      for (cursor, status) in [
        (next, 200), ("\(position)-00000000", 409), ("1-ffffffff", 409), ("9999-00000000", 409),
      ] {
        for fields in [[], ["Accept: text/event-stream"]] {
          let answer = try await client.send("GET", "/events?after=\(cursor)", fields: fields)
          #expect(answer.status == status, "\(cursor)")
          if status == 409 { #expect(try answer.json["code"]?.text == "history_changed") }
        }
      }
    }
  }

  @Test("keeps a caller waiting until something has happened that it wants")
  func waiting() async throws {
    try await ordering { client in
      try await client.sequence()
      let answers = await together(3, on: client.database.loop) { number in
        switch number {
        case 0: return try? await client.get("/events?after=latest&wait=25&types=order.placed")
        case 1: return try? await client.get("/events?after=latest&wait=25")
        default:
          // The others wait by now: all were started in one turn, and read the head first.
          _ = try? await client.send(
            "POST", "/customers", #"{"id":"new","name":"Demo Customer 1"}"#)
          try? await client.sequence()
          _ = try? await client.place(Self.order)
          try? await client.sequence()
          return nil
        }
      }
      let kinds = try answers.compactMap(\.self).map { answer in
        try #require(answer.json["items"]?.items).compactMap { $0["type"]?.text }
      }
      #expect(kinds.count == 2)
      #expect(kinds[0] == ["order.placed"])
      #expect(kinds[1].first == "customer.created" || kinds[1].first == "order.placed")
      let none = try await client.get("/events?after=latest&wait=1")
      #expect(none.status == 200 && none.body.hasPrefix(#"{"items":[],"#))
    }
  }

  @Test("is no table: Accept of one gets 406, as on every list that is only JSON")
  func forms() async throws {
    try await ordering { client in
      for path in [
        "/events", "/orders", "/customers", "/products", "/customers/c/orders",
        "/products/keyboard/stock",
      ] {
        let answer = try await client.send("GET", path, fields: ["Accept: text/csv"])
        #expect(answer.status == 406, "\(path)")
      }
    }
  }
}

// MARK: - Streams

extension FeedRoutesTests {
  private static func stream(
    _ client: ContractClient, _ target: String = "/events", _ fields: [String] = []
  ) async throws -> EventStream {
    let request = try parse("GET \(target)", fields: ["Accept: text/event-stream"] + fields)
    guard
      case .follow(_, let answer) = client.router.reply(
        to: request, id: .made(0, 7), from: client.address)
    else { throw UnexpectedWait() }
    let response = await answer()
    try #require(response.status == .ok && response.contentType?.value == "text/event-stream")
    return try #require(response.stream as? EventStream)
  }

  private static func text(_ stream: EventStream) async throws -> String? {
    try await stream.next().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("streams each new event once, and goes on behind the last one that a client has seen")
  func stream() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      try await client.sequence()
      let stream = try await Self.stream(client)
      let first = try #require(try await Self.text(stream))
      #expect(first.wholeMatch(of: /retry: [1-5]\d{3}\nid: \d+-[0-9a-f]{8}\n\n/) != nil)

      _ = try await client.send("POST", "/customers", #"{"id":"new","name":"Demo Customer 1"}"#)
      try await client.sequence()
      let event = try #require(try await Self.text(stream))
      let parts = try #require(
        event.wholeMatch(of: /id: (\d+-[0-9a-f]{8})\nevent: customer.created\ndata: (.*)\n\n/))
      let id = String(parts.output.1)
      let data = try JSONValue(parsing: Array(parts.output.2.utf8))
      #expect(data["customer"]?["id"]?.text == "new")

      _ = try await client.send("PATCH", "/customers/new", #"{"name":"Demo Customer 2"}"#)
      try await client.sequence()
      let again = try await Self.stream(client, "/events?after=start", ["Last-Event-ID: \(id)"])
      _ = try await Self.text(again)
      for stream in [stream, again] {
        let event = try #require(try await Self.text(stream))
        #expect(event.contains("event: customer.changed") && !event.contains("customer.created"))
      }
      let refused = try await client.send(
        "GET", "/events", fields: ["Accept: text/event-stream", "Last-Event-ID: 7"])
      #expect(try refused.violations == ["Last-Event-ID:must be the id of an event"])
      let page = try await client.send("GET", "/events", fields: ["Last-Event-ID: 7"])
      #expect(page.status == 400)
    }
  }

  @Test(
    "counts a page among the requests in flight, and gives a stream or a wait a place instead",
    arguments: [
      ("/events", "application/json", false), ("/events?limit=5", "*/*", false),
      ("/events?wait=5", "*/*", true), ("/events", "text/event-stream", true),
      ("/exports/events", "*/*", true),
    ])
  func follows(target: String, accept: String, follows: Bool) async throws {
    try await asking { client in
      let request = try parse("GET \(target)", fields: ["Accept: \(accept)"])
      let reply = client.router.reply(to: request, id: .made(0, 1), from: client.address)
      switch reply {
      case .follow: #expect(follows)
      case .later(_, let demand, _):
        #expect(!follows)
        #expect(demand?.slots == Route.slotsOfList)
      case .now, .never: Issue.record("\(target) needs the database")
      }
    }
  }

  @Test("gives a token 20 places, each until its stream is gone")
  func places() async throws {
    let places = StreamPlaces.ofFeed()
    var taken: [StreamPlaces.Place] = []
    for _ in 0..<20 { taken.append(try places.take(for: 1)) }
    #expect(throws: Failure.self) { try places.take(for: 1) }
    _ = try places.take(for: 2)
    taken.removeLast()
    taken.append(try places.take(for: 1))
    #expect(taken.count == 20)
  }
}

extension ContractClient {
  /// Does what the job of the feed does: gives positions to what has happened, and tells those who
  /// follow.
  func sequence() async throws {
    _ = try await database.write("SELECT sequence_events()")
    feedSignal.feedGrown()
  }
}
