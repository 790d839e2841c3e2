import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Lists of orders that are asked for again")
struct OrderPagesTests {
  private static let lists = [
    "/orders", "/orders?limit=5", "/orders?sort=created_at&limit=3", "/orders?status=new",
    "/orders?status=new,in_progress&limit=4", "/orders?channel=storefront",
    "/customers/c-1/orders", "/orders?customer_id=c-2&limit=2&total=exact", "/orders?tag=hot",
  ]

  @Test("show every change at once, whoever made it")
  func changes() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    try await ordering { client in
      var random = SeededRandom(seed: seed)
      for _ in 0..<12 { try await client.change(placing: true, using: &random) }
      for step in 0..<60 {
        for list in Self.lists {
          // Nobody has asked this one before.
          let fresh = ContractClient(client.database, owner: client.owner)
          let answer = try await client.get(list)
          #expect(answer.status == 200)
          #expect(
            try await fresh.get(list).body == answer.body, "seed \(seed), step \(step): \(list)")
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          try await client.change(placing: Bool.random(using: &random), using: &random)
        }
      }
    }
  }

  @Test("write only what is new or has changed")
  func texts() async throws {
    try await ordering { client in
      var random = SeededRandom(seed: 1)
      for _ in 0..<10 { try await client.change(placing: true, using: &random) }
      var written: [Int] = []
      let pages = OrderPages(client.services.orders) { order in
        written.append(order.number)
        return OrderRoutes.text(of: order)
      }
      let list = OrderPages.List(filter: OrderFilter(), size: PageSize(8)!)
      #expect(try await pages.page(list) == nil && written.isEmpty)
      #expect(try await pages.page(list)?.entries.count == 8 && written.count == 8)

      written = []
      #expect(try await pages.page(list)?.entries.count == 8 && written.isEmpty)
      try await client.run("UPDATE orders SET note = 'changed' WHERE number = 5")
      #expect(try await pages.page(list)?.entries.count == 8 && written == [5])
      try await client.change(placing: true, using: &random)
      #expect(try await pages.page(list)?.next?.number == 4 && written == [5, 11])
      #expect(try await pages.page(list)?.entries.count == 8 && written == [5, 11])
    }
  }

  @Test("are read once also when they are empty, and may become empty")
  func empty() async throws {
    try await ordering { client in
      var random = SeededRandom(seed: 3)
      let pages = OrderPages(client.services.orders, write: OrderRoutes.text)
      let list = OrderPages.List(filter: OrderFilter(), size: .standard)
      #expect(try await pages.page(list) == nil, "it was not asked for before")
      for _ in 0..<2 { #expect(try await pages.page(list)?.entries.isEmpty == true) }
      try await client.change(placing: true, using: &random)
      for _ in 0..<2 { #expect(try await pages.page(list)?.entries.count == 1) }
      try await client.run("UPDATE orders SET hidden_at = now()")
      for _ in 0..<2 { #expect(try await pages.page(list)?.entries.isEmpty == true) }
      for _ in 0..<3 {
        #expect(try await client.get("/customers/nobody/orders").status == 404)
      }
    }
  }

  @Test("show only orders that were in the list at one moment, while others move them out of it")
  func moment() async throws {
    try await ordering { client in
      let order = #"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#
      for _ in 0..<20 { _ = try await client.place(order) }
      for _ in 0..<3 { _ = try await client.get("/orders?status=new") }
      let answers = await together(120, on: client.database.loop) { task in
        guard task % 3 == 0 else { return try? await client.get("/orders?status=new") }
        if task % 2 == 0 {
          _ = try? await client.place(order)
        } else {
          _ = try? await client.send(
            "PATCH", "/orders/\(1 + task / 6)/status", #"{"status":"in_progress"}"#)
        }
        return nil
      }
      var shown = 0
      for answer in answers.compactMap(\.self) {
        let items = try #require(try answer.json["items"]?.items)
        shown += items.count
        #expect(items.allSatisfy { $0["status"]?.text == "new" })
      }
      #expect(shown > 0)
    }
  }

  @Test("are right also when there are more of them than are kept")
  func many() async throws {
    try await ordering { client in
      // A page of these is more than a fifth of what is kept.
      let note = String(repeating: "n", count: 2_000)
      let texts = (0..<20).map { "\"\($0)\":\"\(String(repeating: "m", count: 200))\"" }
      let order = """
        {"customer_id":"c","items":[{"quantity":1,"price":1}],"note":"\(note)",
         "metadata":{\(texts.joined(separator: ","))}}
        """
      for _ in 0..<160 { _ = try await client.place(order) }
      let lists = (0..<8).map { "/orders?created_after=2000-01-01T00:00:00.10\($0)Z&limit=200" }
      for list in lists + lists {
        #expect(try await client.get(list).body.utf8.count > (4 << 20) / 5)
      }
      try await client.run("UPDATE orders SET note = 'changed' WHERE number IN (1, 160)")
      for list in lists {
        let fresh = ContractClient(client.database, owner: client.owner)
        #expect(try await client.get(list).body == fresh.get(list).body)
      }
    }
  }
}

extension ContractClient {
  /// Places an order, or changes one in a way that lists show.
  fileprivate func change(placing: Bool, using random: inout SeededRandom) async throws {
    let customer = "c-\(Int.random(in: 1...3, using: &random))"
    let number = Int.random(in: 1...20, using: &random)
    if placing {
      let tags = Bool.random(using: &random) ? #","tags":["hot"]"# : ""
      _ = try await place(
        #"{"customer_id":"\#(customer)","items":[{"quantity":2,"price":1}]\#(tags)}"#)
      return
    }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: _ = try await send("DELETE", "/orders/\(number)")
    case 1:
      _ = try await send("PATCH", "/orders/\(number)/status", #"{"status":"in_progress"}"#)
    case 2: _ = try await send("PATCH", "/orders/\(number)", #"{"note":"\#(customer)"}"#)
    case 3: try await run("UPDATE orders SET tracking_number = 'T' WHERE number = \(number)")
    case 4: try await run("UPDATE orders SET hidden_at = now() WHERE number = \(number)")
    default: try await placeElsewhere("storefront", customer: customer, reference: nil)
    }
  }
}
