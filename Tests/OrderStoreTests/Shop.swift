import EventLoop
import OrderStore
import Orders
import Postgres
import PrivateCluster
import TestSupport
import Testing

/// A shop with two loops, each with connections of its own, as two threads or two instances have.
struct Shop {
  private let conninfo: String

  /// A shop whose catalogue is filled by `rows`.
  init(_ rows: String) async throws {
    let conninfo = try await MigratedDatabase.make()
    self.conninfo = conninfo
    _ = try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      _ = try await database.write(SQL(unsafeText: rows))
      await database.close()
    }
  }

  /// Runs statements as the owner of the schema.
  func run(_ statements: String) async throws {
    let conninfo = conninfo
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await session.run(unsafeText: statements)
      session.close()
    }
  }

  /// Does `count` things at once on each loop; all results, those of the second loop last.
  func together<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (OrderRepository, Int) async -> Result
  ) async throws -> [Result] {
    async let first = asking { orders, loop in
      await TestSupport.together(count, on: loop) { await body(orders, $0) }
    }
    async let second = asking { orders, loop in
      await TestSupport.together(count, on: loop) { await body(orders, count + $0) }
    }
    return try await first + second
  }

  /// Does something on a loop of its own.
  func asking<Result: Sendable>(
    _ body: @escaping @Sendable (OrderRepository, EventLoop) async throws -> Result
  ) async throws -> Result {
    let conninfo = MigratedDatabase.as(.service, conninfo)
    return try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      let result = try await body(OrderRepository(database), loop)
      await database.close()
      return result
    }
  }

  /// A number from the database, after a look at all invariants.
  func number(_ query: String) async throws -> Int {
    let conninfo = conninfo
    return try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await Invariants.check(database)
      let number = try await database.read(SQL(unsafeText: query))[0].int(0)
      await database.close()
      return number
    }
  }
}

extension OrderRepository {
  /// Places an order of products and quantities under a new id; what became of it.
  func order(
    _ lines: [(String, Int)], customer: String = "c", reference: String? = nil
  ) async -> Result<PlacedOrder, OrderError> {
    var random = SystemRandomNumberGenerator()
    let order = NewOrder(
      channel: .api, customer: CustomerID(customer)!,
      reference: reference.flatMap(OrderReference.init), shortage: .refuse,
      lines: lines.map {
        NewLine(.product(ProductID($0.0)!, price: nil), quantity: Quantity($0.1)!)!
      })!
    let id = OrderID(at: Timestamp(microseconds: 1_700_000_000_000_000), using: &random)
    return await outcome { () throws(OrderError) in
      try await place(order, as: id, by: "test")
    }
  }

  /// What a change came to.
  func outcome<Value>(
    _ body: () async throws(OrderError) -> Value
  ) async -> Result<Value, OrderError> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}

extension Result {
  var isSuccess: Bool { if case .success = self { true } else { false } }
  var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
