import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Goods that go out in parcels")
struct ShipmentTests {
  private static let order = """
    {"customer_id":"c","items":[{"product_id":"mouse","quantity":2},
     {"product_id":"keyboard","quantity":1},{"product_id":"mouse","quantity":2,"price":5},
     {"name":"Gift","quantity":2,"price":1},{"quantity":1,"price":1}]}
    """

  private static func ship(
    _ client: ContractClient, _ number: String, _ body: String
  ) async throws -> ContractAnswer {
    try await client.send("POST", "/orders/\(number)/shipments", body)
  }

  @Test("are counted beside the order, whose shipping is the newest, and told by the feed")
  func transcript() async throws {
    try await ordering { client in
      let before = try await client.place(Self.order)
      #expect(before["shipped_quantity"] == nil)
      let first = try await Self.ship(
        client, "1",
        """
        {"carrier":"Demo Carrier","tracking_number":"T-1",
         "items":[{"product_id":"mouse","quantity":3},{"name":"Gift","quantity":1}]}
        """)
      #expect(first.status == 200 && first.fields["ETag"] == #""2""#)
      let order = try first.json
      #expect(order["status"]?.text == "new" && order["items"] == before["items"])
      #expect(order["shipped_quantity"]?.written == "4")
      #expect(
        order["shipping"]?.written == #"{"carrier":"Demo Carrier","tracking_number":"T-1"}"#)
      #expect(try await client.get("/orders/1").json == order)
      let rest = try await Self.ship(client, "1", #"{"tracking_number":"T-2"}"#)
      #expect(try rest.json["shipped_quantity"]?.written == "8")
      #expect(
        try rest.json["shipping"]?.written == #"{"carrier":null,"tracking_number":"T-2"}"#)

      let shipments = try await client.get("/orders/1/shipments")
      #expect(
        shipments.timeless == """
          {"items":[{"shipment":1,"version":2,"carrier":"Demo Carrier","tracking_number":"T-1",\
          "items":[{"product_id":"mouse","name":"Mouse","quantity":3},\
          {"product_id":null,"name":"Gift","quantity":1}],"quantity":4,"who":"api, no token",\
          "created_at":"T"},\
          {"shipment":2,"version":3,"carrier":null,"tracking_number":"T-2",\
          "items":[{"product_id":"mouse","name":"Mouse","quantity":1},\
          {"product_id":"keyboard","name":"Keyboard","quantity":1},\
          {"product_id":null,"name":"Gift","quantity":1},\
          {"product_id":null,"name":null,"quantity":1}],"quantity":4,"who":"api, no token",\
          "created_at":"T"}],"next":null}
          """)
      let page = try await client.entries(from: "/orders/1/shipments?limit=1")
      #expect(page.compactMap { $0["shipment"]?.written } == ["1", "2"])

      try await client.sequence()
      let events = try await client.get("/events?types=order.shipped").json["items"]
      #expect(events?.items?.compactMap { $0["order"]?["version"]?.written } == ["2", "3"])
      let table = try await client.send("GET", "/exports/orders", fields: ["Accept: text/csv"])
      #expect(table.body.split(separator: "\r\n").last?.contains(#",8,,"[{"#) == true)
      let view = try await client.owner.read(
        "SELECT shipment, to_ship FROM shipment_overview ORDER BY shipment DESC")
      #expect(try view.map { [try $0.int(0), try $0.int(1)] } == [[2, 0], [1, 0]])
    }
  }

  @Test("move no order, and go out until it is cancelled")
  func lifeCycle() async throws {
    try await ordering { client in
      for _ in 1...2 {
        _ = try await client.place(
          #"{"customer_id":"c","items":[{"product_id":"dime","quantity":9}]}"#)
      }
      let one = #"{"items":[{"product_id":"dime","quantity":1}]}"#
      #expect(try await Self.ship(client, "1", one).json["status"]?.text == "new")
      for status in ["in_progress", "completed"] {
        let moved = try await client.send(
          "PATCH", "/orders/1/status", #"{"status":"\#(status)"}"#)
        #expect(moved.status == 200)
        #expect(try await Self.ship(client, "1", one).json["status"]?.text == status)
      }
      _ = try await client.send("DELETE", "/orders/2")
      let late = try await Self.ship(client, "2", one)
      #expect(try late.status == 409 && late.json["code"]?.text == "not_shippable")
      // The first shipment is carried as somebody has said before.
      _ = try await client.place(
        #"{"customer_id":"c","items":[{"product_id":"dime","quantity":2}]}"#)
      _ = try await client.send(
        "PATCH", "/orders/3/shipping", #"{"carrier":"Demo Carrier","tracking_number":"T-0"}"#)
      _ = try await Self.ship(client, "3", one)
      _ = try await Self.ship(client, "3", "{}")
      let numbers = try await client.entries(from: "/orders/3/shipments").map {
        $0["tracking_number"]?.written
      }
      #expect(numbers == [#""T-0""#, "null"])
    }
  }

  @Test("are never more than is left, and a refusal changes nothing")
  func refused() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      _ = try await Self.ship(client, "1", #"{"items":[{"product_id":"mouse","quantity":3}]}"#)
      let over = try await Self.ship(
        client, "1",
        """
        {"items":[{"product_id":"keyboard","quantity":1},{"product_id":"mouse","quantity":2},
                  {"name":"Gift","quantity":3},{"quantity":2},{"product_id":"none","quantity":1}]}
        """)
      #expect(try over.status == 409 && over.json["code"]?.text == "too_many_shipped")
      #expect(
        try over.json["errors"]?.written == """
          [{"field":"items[1]","message":"2 requested, 1 to ship","requested":2,"available":1},\
          {"field":"items[2]","message":"3 requested, 2 to ship","requested":3,"available":2},\
          {"field":"items[3]","message":"2 requested, 1 to ship","requested":2,"available":1},\
          {"field":"items[4]","message":"1 requested, 0 to ship","requested":1,"available":0}]
          """)
      #expect(try await client.get("/orders/1").fields["ETag"] == #""2""#)
      for (body, violation) in [
        (#"{"items":[]}"#, "items:must have 1 to 100 items"),
        (#"{"items":[{"product_id":"mouse"}]}"#, "items[0].quantity:is required"),
        (
          #"{"items":[{"product_id":"mouse","quantity":1},{"product_id":"mouse","quantity":2}]}"#,
          "items[1].product_id:must be named once"
        ),
        (#"{"items":[{"quantity":1},{"quantity":2}]}"#, "items[1].name:must be named once"),
        (#"{"carrier":""}"#, "carrier:must have 1 to 255 characters"),
        (#"{"to":1}"#, "to:is not a known field"),
      ] {
        #expect(try await Self.ship(client, "1", body).violations == [violation])
      }
      #expect(try await Self.ship(client, "99", "{}").status == 404)
      let stale = try await client.send(
        "POST", "/orders/1/shipments", "{}",
        fields: ["Content-Type: application/json", #"If-Match: "1""#])
      #expect(stale.status == 412)
      #expect(try await Self.ship(client, "1", "{}").status == 200)
      let done = try await Self.ship(client, "1", "{}")
      #expect(try done.status == 409 && done.json["code"]?.text == "nothing_to_ship")
      for change in [
        "UPDATE orders SET shipped_quantity = 1", "DELETE FROM order_shipments",
        "UPDATE order_shipments SET quantity = 1", "DELETE FROM order_tracked",
        "UPDATE orders SET status = 'cancelled'",
      ] {
        await #expect(throws: (any Error).self, "\(change)") {
          try await client.run(unsafe: change)
        }
      }
    }
  }

  @Test("stay in their order: it is neither edited below them nor cancelled")
  func kept() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      _ = try await Self.ship(client, "1", #"{"items":[{"product_id":"mouse","quantity":3}]}"#)
      let edited = try await client.send(
        "PATCH", "/orders/1",
        """
        {"items":[{"product_id":"mouse","quantity":2},{"product_id":"keyboard","quantity":0}]}
        """)
      #expect(try edited.status == 409 && edited.json["code"]?.text == "already_shipped")
      #expect(
        try edited.json["errors"]?.written == """
          [{"field":"items","message":"mouse: 2 requested, 3 shipped","product_id":"mouse",\
          "requested":2,"shipped":3}]
          """)
      let fewer = try await client.send(
        "PATCH", "/orders/1",
        """
        {"items":[{"product_id":"mouse","quantity":3},{"product_id":"keyboard","quantity":0}]}
        """)
      #expect(try fewer.json["total_quantity"]?.written == "6")
      #expect(try fewer.json["allowed_statuses"]?.written == #"["in_progress"]"#)
      for (method, path, body) in [
        ("DELETE", "/orders/1", ""),
        ("PATCH", "/orders/1/status", #"{"status":"cancelled"}"#),
      ] {
        let cancelled = try await client.send(method, path, body)
        #expect(try cancelled.status == 409 && cancelled.json["code"]?.text == "already_shipped")
        #expect(try cancelled.json["errors"]?.written == "[]")
      }
      #expect(try await client.get("/products/mouse").json["stock"]?.written == "2")
      #expect(try await client.get("/orders/1").fields["ETag"] == #""3""#)
    }
  }

  @Test("go out once, however many send them at the same moment, or cancel meanwhile")
  func together() async throws {
    try await ordering { client in
      for _ in 1...2 {
        _ = try await client.place(
          #"{"customer_id":"c","items":[{"product_id":"dime","quantity":10}]}"#)
      }
      let body = #"{"items":[{"product_id":"dime","quantity":3}]}"#
      let statuses = await TestSupport.together(24, on: client.database.loop) { _ in
        (try? await Self.ship(client, "1", body).status) ?? 0
      }
      #expect(statuses.filter { $0 == 200 }.count == 3)
      #expect(statuses.filter { $0 == 409 }.count == 21)
      #expect(try await client.get("/orders/1").json["shipped_quantity"]?.written == "9")

      // Either it is cancelled, or it goes out.
      let raced = await TestSupport.together(20, on: client.database.loop) { index in
        let answer =
          index.isMultiple(of: 2)
          ? try? await client.send("DELETE", "/orders/2") : try? await Self.ship(client, "2", "{}")
        return (index.isMultiple(of: 2), answer?.status ?? 0)
      }
      let cancelled = raced.filter { $0.0 && $0.1 == 200 }.count
      let sent = raced.filter { !$0.0 && $0.1 == 200 }.count
      #expect(cancelled == 0 && sent == 1 || cancelled == 10 && sent == 0, "\(raced)")
    }
  }

  @Test("are at most a thousand")
  func most() async throws {
    try await ordering { client in
      _ = try await client.place(#"{"customer_id":"c","items":[{"quantity":2000,"price":1}]}"#)
      try await client.run(
        unsafe: """
          DO $$
          BEGIN
              FOR i IN 1..1000 LOOP
                  PERFORM ship_goods(NULL, 1, NULL, NULL, NULL, NULL, 'T-' || i, '{NULL}', '{NULL}',
                                     '{1}', 'test');
              END LOOP;
          END
          $$
          """)
      let over = try await Self.ship(client, "1", "{}")
      #expect(try over.status == 409 && over.json["code"]?.text == "too_many_shipments")
      #expect(try await client.entries(from: "/orders/1/shipments?limit=200").count == 1_000)
    }
  }

  @Test("and come back: what was never shipped and is in stock again does not go out any more")
  func returned() async throws {
    try await ordering { client in
      _ = try await client.place(
        #"{"customer_id":"c","items":[{"product_id":"dime","quantity":5}]}"#)
      _ = try await Self.ship(client, "1", #"{"items":[{"product_id":"dime","quantity":2}]}"#)
      for status in ["in_progress", "completed"] {
        _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"\#(status)"}"#)
      }
      func back(_ quantity: Int) async throws -> Int {
        try await client.send(
          "POST", "/orders/1/returns", #"{"items":[{"product_id":"dime","quantity":\#(quantity)}]}"#
        ).status
      }
      // One that was shipped; then the other one, and two that were not.
      #expect(try await back(1) == 200)
      #expect(try await back(3) == 200)
      let over = try await Self.ship(
        client, "1", #"{"items":[{"product_id":"dime","quantity":2}]}"#)
      #expect(try over.json["errors"]?[0]?["available"]?.written == "1")
      #expect(try await Self.ship(client, "1", "{}").json["shipped_quantity"]?.written == "3")
      #expect(try await back(2) == 409)
      #expect(try await back(1) == 200)
      let rows = try await client.owner.read(
        "SELECT quantity, never_shipped FROM order_returns ORDER BY number")
      #expect(try rows.map { [try $0.int(0), try $0.int(1)] } == [[1, 0], [3, 2], [1, 0]])
    }
  }

  @Test("are found by the number of each, also after it was corrected")
  func tracked() async throws {
    try await ordering { client in
      _ = try await client.place(Self.order)
      for number in ["T-1", "T-2", "T-2"] {
        _ = try await Self.ship(
          client, "1",
          #"{"tracking_number":"\#(number)","items":[{"product_id":"mouse","quantity":1}]}"#)
      }
      func found(_ query: String) async throws -> Int {
        try await client.entries(from: "/orders?\(query)").count
      }
      for number in ["T-1", "T-2"] {
        for query in ["tracking_number=\(number)", "q=track:\(number)", "q=mouse+\(number)"] {
          #expect(try await found(query) == 1, "\(query)")
        }
        let all = try await client.get("/search?kinds=orders&q=\(number.lowercased())").json
        #expect(all["orders"]?[0]?["matched"]?.text == "tracking_number")
      }
      #expect(try await found("tracking_number=T-1&customer_id=c&product_id=mouse") == 1)
      #expect(try await found("tracking_number=T-1&reference=none") == 0)
      // The newest one had a mistake in it; the one before has its number by right.
      _ = try await client.send("PATCH", "/orders/1/shipping", #"{"tracking_number":"T-3"}"#)
      let parcels = try await client.entries(from: "/orders/1/shipments")
      #expect(parcels.compactMap { $0["tracking_number"]?.text } == ["T-1", "T-2", "T-3"])
      #expect(try await found("tracking_number=T-2") == 1)
      #expect(try await found("tracking_number=T-3") == 1)
      _ = try await client.send("PATCH", "/orders/1/shipping", #"{"tracking_number":null}"#)
      #expect(try await found("tracking_number=T-3") == 0)
    }
  }

  @Test("of other contracts' orders leave those contracts as they are")
  func otherContracts() async throws {
    try await ordering { client in
      let placed = try await client.send(
        "POST", "/storefront/orders",
        #"{"customerId":"c","products":[{"productId":"not ours, 7","quantity":2}]}"#)
      let id = try #require(try placed.json["id"]?.text)
      let sent = try await Self.ship(
        client, id,
        #"{"tracking_number":"T-1","items":[{"product_id":"not ours, 7","quantity":1}]}"#)
      #expect(sent.status == 200)
      let over = try await Self.ship(
        client, id, #"{"items":[{"product_id":"not ours, 7","quantity":2}]}"#)
      #expect(try over.json["errors"]?[0]?["field"]?.text == "items[0]")
      // The own API keeps to its rule, the storefront to its own.
      #expect(try await client.send("DELETE", "/orders/\(id)").status == 409)
      let moved = try await client.send(
        "PATCH", "/storefront/orders/\(id)/status", #"{"status":"canceled"}"#)
      #expect(try moved.status == 200 && moved.json["trackingNumber"]?.text == "T-1")
      #expect(try moved.json.members.count == 8)
      #expect(try await Self.ship(client, id, "{}").json["code"]?.text == "not_shippable")
      let fulfilled = try await client.send("POST", "/fulfilment/order", #"{"id":"o-1"}"#)
      #expect(fulfilled.status == 201)
      let process = try await Self.ship(client, "2", "{}")
      #expect(try process.json["code"]?.text == "not_yours_to_move")
    }
  }

  @Test("leave everything true, whatever is sold, sent, taken back, edited and cancelled")
  func property() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await ordering(RandomOrderLines.products) { client in
      var random = SeededRandom(seed: seed)
      for _ in 0..<200 {
        let order = "/orders/\(Int.random(in: 1...12, using: &random))"
        let status = ["in_progress", "completed", "cancelled"].randomElement(using: &random)!
        let tracked = #""tracking_number":"T-\#(Int.random(in: 0...3, using: &random))""#
        let (method, path, body) =
          switch Int.random(in: 0..<12, using: &random) {
          case 0..<2: ("POST", "/orders", #"{"customer_id":"c","items":[\#(random.orderLines())]}"#)
          case 2: ("PATCH", order, #"{"items":[\#(random.orderLines())],"note":"n"}"#)
          case 3: ("PATCH", order + "/shipping", "{\(tracked)}")
          case 4..<6: ("PATCH", order + "/status", #"{"status":"\#(status)"}"#)
          case 6..<8: ("POST", order + "/returns", #"{"items":[\#(random.orderLines())]}"#)
          case 8: ("POST", order + "/shipments", "{\(tracked)}")
          default:
            ("POST", order + "/shipments", #"{"items":[\#(random.orderLines())],\#(tracked)}"#)
          }
        let answer = try await client.send(method, path, body)
        #expect(answer.status < 500, "seed \(seed): \(method) \(path) \(body): \(answer.body)")
      }
      // Invariants.check() compares all of it at the end.
    }
  }
}
