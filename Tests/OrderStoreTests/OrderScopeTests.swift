import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("Who may see and change an order")
struct OrderScopeTests {
  /// Orders of two channels and two customers, whose names differ in their bytes alone.
  private static let rows = """
    SELECT place_orders(
      ARRAY['00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002',
            '00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000004']::uuid[],
      '{shop,shop,api,storefront}', ARRAY[E'\\u00e9', E'e\\u0301', E'\\u00e9', E'\\u00e9'],
      '{NULL,NULL,NULL,NULL}', '{refuse,refuse,refuse,refuse}', '{test,test,test,test}',
      '{1,2,3,4}', '{p,p,p,p}', '{NULL,NULL,NULL,NULL}', '{1,1,1,1}', '{NULL,NULL,NULL,NULL}')
      FROM create_product('p', 'P', NULL, 1, 1000, 'test')
    """

  private static let owner = CustomerID("\u{e9}")!
  private static let shop = OrderScope(channel: .shop, owner: owner)
  private static let storefront = OrderScope(channel: .storefront)
  private static let customer = OrderScope(channel: nil, owner: owner)

  /// Which orders each scope holds.
  private static let scopes: [(OrderScope, Set<Int>)] = [
    (.all, [1, 2, 3, 4]), (shop, [1]), (storefront, [4]), (customer, [1, 3, 4]),
  ]

  private static func key(_ number: Int) -> OrderKey {
    .id(OrderID(high: 0x7000, low: 0x8000_0000_0000_0000 + UInt64(number)))
  }

  @Test("is decided by the statement that looks for it, by either of its names")
  func finding() async throws {
    let shop = try await Shop(Self.rows)
    try await shop.asking { orders, loop in
      for (scope, visible) in Self.scopes {
        for number in 1...5 {
          for key in [Self.key(number), .number(number)] {
            let order = try? await orders.find(key, in: scope)
            let history = try? await orders.history(of: key, in: scope, after: nil, size: .standard)
            let seen: Int? = visible.contains(number) ? number : nil
            #expect(order?.number == seen && history?.entries.count == seen.map { _ in 1 })
          }
        }
      }
      // Those that wait at the same moment share a statement, and see no more by it.
      let found = await together(40, on: loop) { index in
        let (scope, number) = (Self.scopes[index % 4].0, index / 4 % 5 + 1)
        return (try? await orders.find(Self.key(number), in: scope))?.number
      }
      for (index, number) in found.enumerated() {
        let expected = index / 4 % 5 + 1
        #expect(number == (Self.scopes[index % 4].1.contains(expected) ? expected : nil))
      }
    }
  }

  @Test("is decided by the statement that changes it")
  func changing() async throws {
    let shop = try await Shop(Self.rows)
    try await shop.asking { orders, _ in
      for (scope, visible) in Self.scopes where !scope.isAll {
        for number in Set(1...5).subtracting(visible) {
          let key = Self.key(number)
          let shipping = ShippingChange(carrier: .set("x"), trackingNumber: .keep)!
          let change = OrderChange(lines: [LineChange(ProductID("p")!, quantity: 2)!])
          let failures: [OrderError?] = [
            await orders.outcome { () throws(OrderError) in
              try await orders.edit(key, change, version: nil, in: scope, by: "test")
            }.failure,
            await orders.outcome { () throws(OrderError) in
              try await orders.move(key, to: .inProgress, version: nil, in: scope, by: "test")
            }.failure,
            await orders.outcome { () throws(OrderError) in
              try await orders.cancel(key, version: nil, in: scope, by: "test")
            }.failure,
            await orders.outcome { () throws(OrderError) in
              try await orders.ship(key, shipping, version: nil, in: scope, by: "test")
            }.failure,
            await orders.outcome { () throws(OrderError) in
              try await orders.hide(key, in: scope, by: "test")
            }.failure,
          ]
          #expect(failures.allSatisfy { $0 == .unknownOrder }, "\(scope) \(number)")
        }
      }
    }
    #expect(try await shop.number("SELECT count(*) FROM orders WHERE version > 1") == 0)
  }

  @Test("keeps even locks from those who may not, so that nobody waits for them")
  func locking() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let mover = try await Session.open(try ConnectionString(conninfo), on: loop)
      let other = try await Session.open(try ConnectionString(conninfo), on: loop)
      _ = try await mover.rows(SQL(unsafeText: Self.rows))
      // Order 1 is the caller's, the others are not. Each has the one product.
      for (numbers, locked) in [("1, 2", [1]), ("2, 3", [])] {
        try await mover.run(unsafeText: "BEGIN")
        let outcomes = try await mover.rows(
          SQL(
            unsafeText: """
              SELECT outcome FROM move_orders(
                (SELECT array_agg(id ORDER BY number) FROM orders WHERE number IN (\(numbers))),
                '{NULL,NULL}', '{shop,shop}', ARRAY[E'\\u00e9', E'\\u00e9'], '{NULL,NULL}',
                '{cancelled,cancelled}', '{test,test}')
              """))
        let words = try outcomes.map { row throws(PostgresError) in try row.text(0) }
        #expect(words == [locked.isEmpty ? "not_found" : "done", "not_found"])
        let orders = try await other.rows(
          "SELECT number FROM orders ORDER BY number FOR UPDATE SKIP LOCKED")
        let free = try orders.map { row throws(PostgresError) in try row.int(0) }
        #expect(free == [1, 2, 3, 4].filter { !locked.contains($0) })
        let products = try await other.rows("SELECT FROM products FOR UPDATE SKIP LOCKED")
        #expect(products.isEmpty == !locked.isEmpty)
        try await mover.run(unsafeText: "ROLLBACK")
      }
      mover.close()
      other.close()
    }
  }

  @Test("ends for its channel when it is hidden, but not for the own API")
  func hidden() async throws {
    let shop = try await Shop(Self.rows)
    try await shop.asking { orders, _ in
      try await orders.hide(Self.key(4), in: Self.storefront, by: "test")
      await #expect(throws: OrderError.unknownOrder) {
        try await orders.find(Self.key(4), in: Self.storefront)
      }
      #expect(try await orders.find(Self.key(4), in: .all).number == 4)
    }
  }

  @Test("allows a repeated cancellation, which changes nothing")
  func cancelledTwice() async throws {
    let shop = try await Shop(Self.rows)
    try await shop.asking { orders, _ in
      let first = try await orders.cancel(Self.key(1), version: nil, in: Self.shop, by: "test")
      let second = try await orders.cancel(Self.key(1), version: nil, in: Self.shop, by: "test")
      #expect(first.version == 2 && second.version == 2 && second.status == .cancelled)
      await #expect(throws: OrderError.cannotMove(from: .cancelled, to: .cancelled)) {
        try await orders.move(Self.key(1), to: .cancelled, version: nil, in: .all, by: "test")
      }
    }
    #expect(try await shop.number("SELECT stock FROM products") == 998)
  }
}
