package import Orders
package import Postgres

/// The `orders` table and what goes with it.
package final class OrderRepository {
  /// How many orders one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  let database: Database
  let moves: Batcher<Move, ChangeRow>
  private let placing: OrderPlacing
  private let byID: Coalescer<OrderID, Order>
  private let byNumber: Coalescer<Int, Order>

  /// The table as seen through one loop's connections.
  package init(_ database: Database, unknownCustomers: UnknownCustomers = .create) {
    self.database = database
    placing = OrderPlacing(database, unknownCustomers)
    moves = Move.batcher(database)
    byID = Coalescer(on: database.loop, limit: Self.lookupMax) { (ids) throws(PostgresError) in
      let ids = ids.map(\.raw)
      let rows = try await database.read(
        "SELECT \(orderColumns) FROM orders AS o WHERE o.id = ANY(\(ids))")
      return Dictionary(try rows.map { row throws(PostgresError) in try row.order() }, by: \.id)
    }
    byNumber = Coalescer(on: database.loop, limit: Self.lookupMax) {
      (numbers) throws(PostgresError) in
      let rows = try await database.read(
        "SELECT \(orderColumns) FROM orders AS o WHERE o.number = ANY(\(numbers))")
      return Dictionary(try rows.map { row throws(PostgresError) in try row.order() }, by: \.number)
    }
  }

  /// Places an order, together with those that wait at the same moment; the answer comes when it
  /// has been committed, and is the order's own.
  package func place(
    _ order: NewOrder, as id: OrderID, by who: String
  ) async throws(OrderError) -> PlacedOrder {
    try await placing.place(.init(id: id, order: order, who: who))
  }

  /// One order; lookups that wait at the same moment share a statement.
  package func find(_ key: OrderKey) async throws(OrderError) -> Order? {
    try await asking { () throws(PostgresError) in
      switch key {
      case .id(let id): try await byID.load(id)
      case .number(let number): try await byNumber.load(number)
      }
    }
  }

  /// The order that clients of a channel call by this name of their own.
  package func find(
    _ reference: OrderReference, in channel: Channel
  ) async throws(OrderError) -> Order? {
    try await asking { () throws(PostgresError) in
      try await database.read(
        """
        SELECT \(orderColumns)
          FROM orders AS o
         WHERE o.channel = \(channel.rawValue) AND o.reference = \(reference.value)
           AND o.hidden_at IS NULL
        """
      ).first?.order()
    }
  }

  /// Orders by time, from behind `position` on.
  package func list(
    _ filter: OrderFilter, after position: OrderPosition?, size: PageSize
  ) async throws(OrderError) -> Page<Order, OrderPosition> {
    let statement = filter.statement(after: position, size: size)
    return try await asking { () throws(PostgresError) in
      let orders = try await database.read(statement).map { row throws(PostgresError) in
        try row.order()
      }
      return Page(reading: orders, size: size) {
        OrderPosition(createdAt: $0.createdAt, number: $0.number)
      }
    }
  }

  /// What happened to an order, step by step, from behind a version on.
  package func history(
    of id: OrderID, after version: Int?, size: PageSize
  ) async throws(OrderError) -> Page<OrderEvent, Int> {
    try await asking { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT version, what, from_status, to_status, who, created_at
          FROM order_events
         WHERE order_id = \(id.raw) AND version > \(version ?? 0)
         ORDER BY version
         \(size.limitClause)
        """)
      let events = try rows.map { row throws(PostgresError) in
        OrderEvent(
          version: try row.int(0), what: try row.text(1),
          from: row.isNull(2) ? nil : try row.word(2), to: try row.word(3), who: try row.text(4),
          createdAt: try row.moment(5))
      }
      return Page(reading: events, size: size, position: \.version)
    }
  }

  /// Whether anybody has heard of a customer.
  package func knows(_ customer: CustomerID) async throws(OrderError) -> Bool {
    try await asking { () throws(PostgresError) in
      try await !database.read("SELECT FROM customers WHERE id = \(customer.value)").isEmpty
    }
  }

  /// Tells a failure of the database in the system's words.
  func asking<Value>(
    _ body: () async throws(PostgresError) -> Value
  ) async throws(OrderError) -> Value {
    do {
      return try await body()
    } catch {
      throw OrderError(error)
    }
  }
}

extension Dictionary {
  fileprivate init(_ values: [Value], by key: (Value) -> Key) {
    self.init(minimumCapacity: values.count)
    for value in values { self[key(value)] = value }
  }
}
