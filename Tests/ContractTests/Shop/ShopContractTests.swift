import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The shop")
struct ShopContractTests {
  @Test("answers a whole purchase with exactly these bytes")
  func transcript() async throws {
    let rows = "INSERT INTO products (id, name, price, stock) VALUES ('p1', 'P', 1, 10)"
    let (id, answers) = try await ordering(rows) { client in
      let buyer = try await client.shopper()
      let placed = try await buyer.send(
        client, "POST", "/orders", #"{"products":[{"product_id":"p1","item_count":5}]}"#)
      let id = try #require(try placed.json["order_id"]?.text)
      var answers = [placed]
      for (method, body) in [
        ("GET", ""), ("PATCH", #"{"products":[{"product_id":"p1","item_count":7}]}"#),
        ("DELETE", ""), ("DELETE", ""), ("GET", ""),
      ] {
        answers.append(try await buyer.send(client, method, "/orders/\(id)", body))
      }
      return (id, answers)
    }

    #expect(answers.allSatisfy { $0.status == 200 })
    #expect(
      answers.map { $0.body.replacing(id, with: "ID") } == [
        #"{"message":"Success! Order placed","order_id":"ID","#
          + #""products":[{"product_id":"p1","product_count":5}]}"#,
        #"{"order_id":"ID","order_status":"placed","#
          + #""products":[{"product_id":"p1","item_count":5}]}"#,
        #"{"message":"Order successfully updated","order_id":"ID","order_status":"placed","#
          + #""products":[{"product_id":"p1","item_count":7}]}"#,
        #"{"message":"Order successfully cancelled"}"#,
        #"{"message":"Order successfully cancelled"}"#,
        #"{"order_id":"ID","order_status":"cancelled","#
          + #""products":[{"product_id":"p1","item_count":7}]}"#,
      ])
  }

  @Test("serves what it has, a product whole or not at all, and names the rest")
  func partial() async throws {
    let (body, stock) = try await ordering { client in
      let buyer = try await client.shopper()
      let answer = try await buyer.send(
        client, "POST", "/orders",
        [
          ("webcam", 1), ("keyboard", 3), ("no such", 1), ("mouse", 6), ("dime", 1_000),
          ("unknown", 1), ("dime-2", Int.max),
        ])
      try #require(answer.status == 200)
      return (answer.body, try await client.stock())
    }

    #expect(
      body.contains(
        #""products":[{"product_id":"keyboard","product_count":3},"#
          + #"{"product_id":"dime","product_count":1000}],"#
          + #""out_of_stock":["webcam","no such","mouse","unknown","dime-2"]}"#), "\(body)")
    #expect(stock == ["dime": 0, "keyboard": 7, "mouse": 5, "webcam": 0])
  }

  @Test("changes counts: stock follows, the answer names what was asked for alone")
  func edit() async throws {
    let (edited, read, stock) = try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("keyboard", 1), ("mouse", 2), ("dime", 3)])
      let edited = try await buyer.send(
        client, "PATCH", order, [("mouse", 5), ("keyboard", 0), ("unknown", 0)])
      let read = try await buyer.send(client, "GET", order)
      return (edited, read, try await client.stock())
    }

    #expect(
      try edited.json["products"]?.written
        == #"[{"product_id":"mouse","item_count":5},{"product_id":"keyboard","item_count":0},"#
        + #"{"product_id":"unknown","item_count":0}]"#)
    #expect(
      try read.json["products"]?.written
        == #"[{"product_id":"mouse","item_count":5},{"product_id":"dime","item_count":3}]"#)
    #expect(stock == ["dime": 997, "keyboard": 10, "mouse": 0, "webcam": 0])
  }

  @Test(
    "shows an order as placed until it fails or is cancelled, and lets nobody take back a done one")
  func life() async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("mouse", 1)])
      for status in ["in_progress", "completed"] {
        let moved = try await client.send(
          "PATCH", order + "/status", #"{"status":"\#(status)"}"#)
        try #require(moved.status == 200)
        let shown = try await buyer.send(client, "GET", order)
        #expect(try shown.json["order_status"]?.text == "placed")
        let edited = try await buyer.send(client, "PATCH", order, [("mouse", 2)])
        #expect(edited.status == 400)
      }

      let cancelled = try await buyer.send(client, "DELETE", order)

      #expect(cancelled.status == 400 && cancelled.body.contains("Invalid request."))
      #expect(try await client.stock()["mouse"] == 4)
    }
  }

  @Test("lets an order that the warehouse has begun be cancelled still")
  func begun() async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("mouse", 1)])
      _ = try await client.send("PATCH", order + "/status", #"{"status":"in_progress"}"#)

      #expect(try await buyer.send(client, "DELETE", order).status == 200)
      #expect(try await client.stock()["mouse"] == 5)
    }
  }

  @Test("shows its orders to the own API, and in the report once they are completed")
  func ownAPI() async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("mouse", 2)])
      let listed = try await client.entries(from: "/orders?channel=shop")
      #expect(listed.compactMap { $0["customer_id"]?.text } == ["demo-a"])
      let events = try await client.get(order + "/events").json["items"]?.items
      #expect(events?.first?["who"]?.text == #"customer demo-a "test" (token 1)"#)
      for status in ["in_progress", "completed"] {
        _ = try await client.send("PATCH", order + "/status", #"{"status":"\#(status)"}"#)
      }
      try await client.refresh()

      let report = try await client.get("/reports/customers/demo-a").json

      #expect(report["total_amount"]?.written == "39.80")
    }
  }

  @Test("knows nobody's orders but the bearer's own, nor those of other channels")
  func strangers() async throws {
    try await ordering { client in
      let (buyer, bob) = (try await client.shopper(), try await client.shopper("bob"))
      let order = try await buyer.place(client, [("mouse", 1)])
      let other = try await client.place(
        #"{"customer_id":"bob","items":[{"quantity":1,"price":1}]}"#)
      let before = try await buyer.send(client, "GET", order).body
      for path in [order, "/orders/" + (other["id"]?.text ?? "?"), "/orders/1"] {
        for (method, counts) in [("GET", []), ("DELETE", []), ("PATCH", [("mouse", 2)])] {
          let answer =
            counts.isEmpty
            ? try await bob.send(client, method, path)
            : try await bob.send(client, method, path, counts)

          #expect(answer.status == 404, "\(method) \(path)")
          #expect(answer.body.contains("Order not found. Ensure supplied order_id is correct."))
        }
      }
      #expect(try await buyer.send(client, "GET", order).body == before)
    }
  }
}
