import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("Batches at the same moment, from two loops")
struct BatchConcurrencyTests {
  @Test(
    "of crossed products and customers never wait for each other, beside single orders and cancels",
    arguments: [OrderBatch.Mode.each, .all])
  func crossed(_ mode: OrderBatch.Mode) async throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let shop = try await Shop(
      """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p' || n, 'P', 1, 400 FROM generate_series(1, 12) AS n
      """)

    let outcomes = try await shop.together(24) { orders, number in
      var random = SeededRandom(seed: seed &+ UInt64(number))
      func line() -> (String, Int) {
        ("p\(Int.random(in: 1...12, using: &random))", Int.random(in: 1...3, using: &random))
      }
      guard number % 3 > 0 else {
        return [await orders.order([line(), line(), line()]).map { $0.order.id }]
      }
      let batch = (0..<20).map { _ in
        let customer = "c-\(Int.random(in: 1...9, using: &random))"
        return OrderRepository.new([line(), line(), line()], customer: customer)
      }
      let placed = await orders.outcome { () throws(OrderError) in
        try await orders.place(batch, mode, by: "test")
      }
      guard case .success(let results) = placed else { return placed.failures }
      guard number % 3 == 1, results.allSatisfy(\.isSuccess) else {
        return results.map { $0.map { $0.order.id } }
      }
      // Cancels take the same locks in another order.
      let moved = await orders.outcome { () throws(OrderError) in
        try await orders.move(
          batch.reversed().map { (.id($0.id), nil) }, to: .cancelled, in: .all, by: "test")
      }
      guard case .success(let cancelled) = moved else { return moved.failures }
      return cancelled.map { $0.map(\.id) }
    }.flatMap(\.self)

    let unexpected = outcomes.compactMap(\.failure).filter {
      if case .outOfStock = $0 { false } else { true }
    }
    #expect(unexpected.isEmpty && outcomes.contains { $0.isSuccess }, "seed \(seed): \(unexpected)")
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    #expect(try await shop.number(deadlocks) == 0, "seed \(seed)")
  }

  @Test("sell exactly what there is: 20 batches of 10 units of the last 100", arguments: [1, 2])
  func oversell(_ quantity: Int) async throws {
    let shop = try await Shop(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 100)")
    let outcomes = try await shop.together(10) { orders, _ in
      let batch = (0..<10).map { _ in OrderRepository.new([("p", quantity)], customer: "c") }
      return await orders.outcome { () throws(OrderError) in
        try await orders.place(batch, .all, by: "test")
      }
    }
    let whole = outcomes.compactMap { try? $0.get() }.filter { $0.allSatisfy(\.isSuccess) }
    #expect(outcomes.allSatisfy { $0.isSuccess })
    #expect(whole.count == 10 / quantity)
    #expect(try await shop.number("SELECT stock FROM products") == 0)
    #expect(try await shop.number("SELECT count(*) FROM orders") == 100 / quantity)
  }

  @Test("wait for each other's commits, however long these take, and soon none is sent in vain")
  func slowCommits() async throws {
    let shop = try await Shop(
      "INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 1000)")
    try await shop.asking { orders, _ in _ = await orders.order([("p", 1)]) }
    try await shop.run(SlowCommits.trigger(on: "orders"))

    let failures = try await shop.together(10) { orders, _ in
      var failures: [OrderError] = []
      for _ in 0..<10 {
        if let failure = await orders.order([("p", 1)]).failure { failures.append(failure) }
      }
      return failures
    }.flatMap(\.self)

    #expect(failures.isEmpty)
    // A batch of ten that gives up uses up their numbers. The first ones do, until they wait
    // longer; if all went on to, it would be 120 and more.
    let unused = try await shop.number("SELECT max(number) - count(*) FROM orders")
    #expect(unused <= 80)
  }
}

extension OrderRepository {
  /// An order of products and quantities, with a new id.
  fileprivate static func new(
    _ lines: [(String, Int)], customer: String
  ) -> (id: OrderID, order: NewOrder) {
    var random = SystemRandomNumberGenerator()
    let order = NewOrder(
      channel: .api, customer: CustomerID(customer)!, reference: nil, shortage: .refuse,
      lines: lines.map {
        NewLine(.product(ProductID($0.0)!, price: nil), quantity: Quantity($0.1)!)!
      })!
    return (OrderID(at: Timestamp(microseconds: 1_700_000_000_000_000), using: &random), order)
  }
}

extension Result where Failure == OrderError {
  /// The failure of a whole batch, as that of one of its orders.
  fileprivate var failures: [Result<OrderID, OrderError>] {
    failure.map { [.failure($0)] } ?? []
  }
}
