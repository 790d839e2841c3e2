import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("At the same moment, from two loops")
struct ConcurrencyTests {
  @Test("1,000 buyers of 100 units: exactly 100 are served, the others told it is sold out")
  func oversell() async throws {
    let shop = try await Shop(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 100)")

    let outcomes = try await shop.together(500) { orders, _ in await orders.order([("p", 1)]) }

    #expect(outcomes.count { $0.isSuccess } == 100)
    #expect(
      outcomes.allSatisfy {
        $0.failure.map {
          $0 == .outOfStock([Shortfall(product: ProductID("p")!, requested: 1, available: 0)])
        } ?? true
      })
    #expect(try await shop.number("SELECT stock FROM products") == 0)
  }

  @Test("orders of crossed products never wait for each other, and take exactly what they hold")
  func crossed() async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let shop = try await Shop(
      """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p' || n, 'P', 1, 60 FROM generate_series(1, 12) AS n
      """)

    let outcomes = try await shop.together(150) { orders, number in
      var random = SeededRandom(seed: seed &+ UInt64(number))
      let products = (1...12).shuffled(using: &random).prefix(Int.random(in: 2...8, using: &random))
      let placed = await orders.order(
        products.map { ("p\($0)", Int.random(in: 1...3, using: &random)) })
      guard case .success(let placed) = placed, number.isMultiple(of: 3) else {
        return placed.map { _ in }
      }
      // A cancel takes the same locks the other way round.
      return await orders.outcome { () throws(OrderError) in
        _ = try await orders.move(
          .id(placed.order.id), to: .cancelled, version: nil, in: .all, by: "test")
      }
    }

    let unexpected = outcomes.compactMap(\.failure).filter {
      if case .outOfStock = $0 { false } else { true }
    }
    #expect(unexpected.isEmpty && outcomes.contains { $0.isSuccess }, "seed \(seed): \(unexpected)")
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    #expect(try await shop.number(deadlocks) == 0, "seed \(seed)")
  }

  @Test("20 movers of one order: each step is won once")
  func movers() async throws {
    let shop = try await Shop.withOneOrder()

    for status in [OrderStatus.inProgress, .completed] {
      let outcomes = try await shop.together(10) { orders, _ in
        await orders.outcome { () throws(OrderError) in
          try await orders.move(.number(1), to: status, version: nil, in: .all, by: "test")
        }
      }
      #expect(outcomes.count { $0.isSuccess } == 1)
      #expect(
        outcomes.compactMap(\.failure).allSatisfy {
          $0 == .cannotMove(from: status, to: status)
        })
    }
    #expect(try await shop.number("SELECT version FROM orders") == 3)
  }

  @Test("50 cancels return the stock once")
  func cancels() async throws {
    let shop = try await Shop.withOneOrder()

    let outcomes = try await shop.together(25) { orders, _ in
      await orders.outcome { () throws(OrderError) in
        try await orders.move(.number(1), to: .cancelled, version: nil, in: .all, by: "test")
      }
    }

    #expect(outcomes.count { $0.isSuccess } == 1)
    #expect(try await shop.number("SELECT stock FROM products") == 100)
    #expect(try await shop.number("SELECT version FROM orders") == 2)
  }

  @Test("cancel against complete, and edit against cancel: one wins, the stock is right")
  func races() async throws {
    let shop = try await Shop.withOneOrder(40)
    _ = try await shop.together(10) { orders, number in
      await orders.outcome { () throws(OrderError) in
        try await orders.move(
          .number(number + 1), to: .inProgress, version: nil, in: .all, by: "test")
      }
    }

    let finals = try await shop.together(20) { orders, number in
      await orders.outcome { () throws(OrderError) in
        try await orders.move(
          .number(number % 20 + 1), to: number < 20 ? .cancelled : .completed, version: nil,
          in: .all,
          by: "test")
      }
    }
    let edits = try await shop.together(20) { orders, number in
      await orders.outcome { () throws(OrderError) in
        number < 20
          ? try await orders.move(
            .number(number + 21), to: .cancelled, version: nil, in: .all, by: "test")
          : try await orders.edit(
            .number(number + 1), OrderChange(lines: [LineChange(ProductID("p")!, quantity: 2)!]),
            version: nil, in: .all, by: "test")
      }
    }

    #expect(finals.count { $0.isSuccess } == 20)
    #expect(edits.prefix(20).allSatisfy { $0.isSuccess })
    #expect(
      edits.compactMap(\.failure).allSatisfy { $0 == .notEditable(.cancelled) })
    #expect(
      try await shop.number(
        "SELECT count(*) FROM orders WHERE status NOT IN ('completed', 'cancelled')") == 0)
  }

  @Test("50 parcels of 3 of 10 units, and 50 cancels: three go out, and the order stays")
  func parcels() async throws {
    let shop = try await Shop(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 100)")
    try await shop.asking { orders, _ in
      _ = try await orders.order([("p", 10)]).get()
      _ = try await orders.send(.number(1), Self.parcel, version: nil, in: .all, by: "test")
    }

    let outcomes = try await shop.together(50) { orders, number in
      await orders.outcome { () throws(OrderError) in
        number.isMultiple(of: 2)
          ? try await orders.send(.number(1), Self.parcel, version: nil, in: .all, by: "test")
          : try await orders.move(
            .number(1), to: .cancelled, version: nil, in: .all, by: "test")
      }
    }

    #expect(outcomes.count { $0.isSuccess } == 2)
    let excess = ExcessItem(item: 0, requested: 3, available: 1)
    #expect(
      outcomes.compactMap(\.failure).allSatisfy {
        $0 == .tooManyShipped([excess]) || $0 == .alreadyShipped([])
      })
    #expect(try await shop.number("SELECT shipped_quantity FROM orders") == 9)
    #expect(try await shop.number("SELECT stock FROM products") == 90)
  }

  private static let parcel = NewShipment(
    shipping: Shipping(carrier: nil, trackingNumber: "T"),
    items: [.init(product: "p", name: nil, quantity: Quantity(3)!)])!

  @Test("of two changes that expect the same version one wins")
  func versions() async throws {
    let shop = try await Shop.withOneOrder()

    let outcomes = try await shop.together(10) { orders, number in
      await orders.outcome { () throws(OrderError) in
        try await orders.ship(
          .number(1), ShippingChange(carrier: .set("\(number)"), trackingNumber: .keep)!,
          version: 1, in: .all, by: "test")
      }
    }

    #expect(outcomes.count { $0.isSuccess } == 1)
    #expect(outcomes.compactMap(\.failure).allSatisfy { $0 == .versionChanged })
  }

  @Test("a reference is used once, and everybody else is told by which order")
  func references() async throws {
    let shop = try await Shop.withOneOrder()

    let outcomes = try await shop.together(10) { orders, _ in
      await orders.order([("p", 1)], reference: "r")
    }

    let placed = try #require(outcomes.compactMap { try? $0.get() }.first)
    #expect(outcomes.count { $0.isSuccess } == 1)
    #expect(
      outcomes.compactMap(\.failure).allSatisfy {
        $0 == .referenceUsed(number: placed.order.number)
      })
    _ = try await shop.number("SELECT 1")
  }
}

extension Shop {
  /// A shop with 100 units of one product, less those of so many orders of one.
  static func withOneOrder(_ count: Int = 1) async throws -> Shop {
    let shop = try await Shop(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 100)")
    try await shop.asking { orders, _ in
      for _ in 0..<count { _ = try await orders.order([("p", 1)]).get() }
    }
    return shop
  }
}
