import EventLoop
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@Suite("Orders that are placed together")
struct OrderBatchTests {
  private static let rows = """
    INSERT INTO products (id, name, price, stock) VALUES ('p', 'P', 1, 1000), ('rare', 'R', 1, 1)
    """

  @Test("each get their own outcome, in one transaction")
  func outcomes() async throws {
    let shop = try await Shop(Self.rows)

    let outcomes = try await shop.asking { orders, loop in
      await together(40, on: loop) { number in
        switch number % 4 {
        case 0: await orders.order([("p", number + 1)], customer: "c-\(number)")
        case 1: await orders.order([("rare", 1)])
        case 2: await orders.order([("nothing", 1)])
        default: await orders.order([("p", 1)], reference: "r")
        }
      }
    }

    for (number, outcome) in outcomes.enumerated() {
      switch (number % 4, outcome) {
      case (0, .success(let placed)):
        #expect(placed.order.totalQuantity == number + 1)
        #expect(placed.order.customer == "c-\(number)")
      case (1, .success): #expect(number == 1)
      case (1, .failure(.outOfStock)), (2, .failure(.notOrderable)): break
      case (3, .success(let placed)): #expect(number == 3 && placed.order.reference == "r")
      case (3, .failure(.referenceUsed(let used))):
        #expect((try? outcomes[3].get().order.number) == used)
      default: Issue.record("order \(number): \(outcome)")
      }
    }
    let transactions = "SELECT count(DISTINCT xmin::text) FROM orders"
    #expect(try await shop.number(transactions) == 1)
  }

  @Test("do not feel one among them that the database cannot bear")
  func poison() async throws {
    let shop = try await Shop(Self.rows)
    let twin = OrderID(high: 7 << 12, low: 1 << 63)
    let order = NewOrder(
      channel: .api, customer: CustomerID("c")!, reference: nil, shortage: .refuse,
      lines: [NewLine(.product(ProductID("p")!, price: nil), quantity: Quantity(1)!)!])!

    let outcomes = try await shop.asking { orders, loop in
      _ = try await orders.place(order, as: twin, by: "test")
      return await together(20, on: loop) { number in
        // The id exists already, which no outcome of the statement foresees.
        number == 7
          ? await orders.outcome { () throws(OrderError) in
            try await orders.place(order, as: twin, by: "test")
          }
          : await orders.order([("p", 1)])
      }
    }

    #expect(outcomes.map(\.isSuccess) == (0..<20).map { $0 != 7 })
    #expect(try await shop.number("SELECT stock FROM products WHERE id = 'p'") == 980)
  }

  @Test("are all told when the database is away")
  func away() async throws {
    let outcomes = try await onLoop { loop in
      let database = Database(try ConnectionString("host=/nowhere"), on: loop)
      let orders = OrderRepository(database)
      let outcomes = await together(100, on: loop) { _ in await orders.order([("p", 1)]) }
      await database.close()
      return outcomes
    }

    #expect(outcomes.allSatisfy { $0.failure == .unavailable })
  }

  @Test("that are larger than a batch are several, and each order is placed once")
  func large() async throws {
    let shop = try await Shop(
      """
      INSERT INTO products (id, name, price, stock)
      SELECT 'p' || n, 'P', 1, 1000 FROM generate_series(1, 100) AS n
      """)

    let outcomes = try await shop.asking { orders, loop in
      await together(60, on: loop) { number in
        await orders.order((1...100).map { ("p\($0)", 1) }, customer: "c-\(number)")
      }
    }

    #expect(outcomes.allSatisfy { $0.isSuccess })
    #expect(try await shop.number("SELECT count(DISTINCT customer_id) FROM orders") == 60)
    #expect(try await shop.number("SELECT min(stock) FROM products") == 940)
  }
}
