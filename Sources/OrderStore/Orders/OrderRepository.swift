package import Orders
package import Postgres

/// Orders: finds and lists them. What places and changes them is in extensions.
package final class OrderRepository {
  /// How many orders one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  let database: Database
  let unknownCustomers: UnknownCustomers
  let placements: Batcher<OrderPlacement>
  let moves: Batcher<OrderMove>
  /// Orders of one request, each of which may be refused.
  let groups: Batcher<WriteGroup<OrderPlacement>>
  /// Orders of one request of which all are placed, or none.
  let wholes: Batcher<WholeBatch>
  let moveGroups: Batcher<WriteGroup<OrderMove>>
  private let byID: Coalescer<OrderID, Order>
  private let byNumber: Coalescer<Int, Order>
  private let inScope: Coalescer<ScopedOrderKey, Order>

  /// The orders, over the connections of one loop.
  package init(_ database: Database, unknownCustomers: UnknownCustomers = .create) {
    self.database = database
    self.unknownCustomers = unknownCustomers
    let lockedElsewhere = RowsLockedElsewhere(database)
    placements = Batcher(database, lockedElsewhere: lockedElsewhere)
    moves = Batcher(database, lockedElsewhere: lockedElsewhere)
    groups = Batcher(database, lockedElsewhere: lockedElsewhere)
    wholes = Batcher(database, lockedElsewhere: lockedElsewhere)
    moveGroups = Batcher(database, lockedElsewhere: lockedElsewhere)
    byID = Coalescer(on: database.loop, limit: Self.lookupMax) { (ids) throws(PostgresError) in
      try await Self.find(ids, in: database)
    }
    byNumber = Coalescer(on: database.loop, limit: Self.lookupMax) {
      (numbers) throws(PostgresError) in
      let rows = try await database.read(
        "SELECT \(orderColumns) FROM orders AS o WHERE o.number = ANY(\(numbers))")
      return Dictionary(try rows.map { row throws(PostgresError) in try row.order() }, by: \.number)
    }
    inScope = Coalescer(on: database.loop, limit: Self.lookupMax) { (keys) throws(PostgresError) in
      try await Self.find(keys, in: database)
    }
  }

  /// One order of those in `scope`; lookups that wait at the same moment share a statement.
  package func find(
    _ key: OrderKey, in scope: OrderScope
  ) async throws(OrderError) -> Order {
    let order = try await mappingErrors { () throws(PostgresError) in
      guard scope.isAll else {
        return try await inScope.load(ScopedOrderKey(key: key, scope: scope))
      }
      return switch key {
      case .id(let id): try await byID.load(id)
      case .number(let number): try await byNumber.load(number)
      }
    }
    guard let order else { throw .unknownOrder }
    return order
  }

  static func find(
    _ ids: [OrderID], in database: Database
  ) async throws(PostgresError) -> [OrderID: Order] {
    let rows = try await database.read(
      "SELECT \(orderColumns) FROM orders AS o WHERE o.id = ANY(\(ids.map(\.raw)))")
    return Dictionary(try rows.map { row throws(PostgresError) in try row.order() }, by: \.id)
  }

  private static func find(
    _ keys: [ScopedOrderKey], in database: Database
  ) async throws(PostgresError) -> [ScopedOrderKey: Order] {
    let rows = try await database.read(statement(finding: keys))
    var found: [ScopedOrderKey: Order] = [:]
    for row in rows { found[keys[try row.int(orderColumnCount) - 1]] = try row.order() }
    return found
  }

  /// Looks orders up for several callers. It returns no order that its caller may not see.
  static func statement(finding keys: [ScopedOrderKey]) -> SQL {
    """
    SELECT \(orderColumns), asked.position
      FROM unnest(\(keys.map(\.key.id)), \(keys.map(\.key.number)),
                  \(keys.map(\.scope.channel?.rawValue)), \(keys.map(\.scope.owner?.value)))
           WITH ORDINALITY AS asked (id, number, channel, owner, position)
      JOIN orders AS o
        ON o.id = coalesce(asked.id, (SELECT id FROM orders WHERE number = asked.number))
     WHERE (asked.channel IS NULL OR o.channel = asked.channel AND o.hidden_at IS NULL)
       AND (asked.owner IS NULL OR o.customer_id = asked.owner)
    """
  }

  /// The order to which a client of a channel gave this reference.
  package func find(
    _ reference: OrderReference, in channel: Channel
  ) async throws(OrderError) -> Order {
    let order = try await mappingErrors { () throws(PostgresError) in
      try await database.read(
        """
        SELECT \(orderColumns)
          FROM orders AS o
         WHERE o.channel = \(channel.rawValue) AND o.reference = \(reference.value)
           AND o.hidden_at IS NULL
        """
      ).first?.order()
    }
    guard let order else { throw .unknownOrder }
    return order
  }

  /// One page of the orders that a filter lets through, by time. `requiringCustomer` makes an empty
  /// list of an unknown customer an error.
  package func list(
    _ filter: OrderFilter, after position: OrderPosition?, size: PageSize,
    requiringCustomer: Bool = false
  ) async throws(OrderError) -> Page<Order, OrderPosition> {
    let page = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(filter.statement(after: position, size: size))
      return try Self.page(rows, hasReach: filter.hasWindow, size)
    }
    if requiringCustomer { try await requireCustomer(of: filter, finding: page) }
    return page
  }

  /// Reads a page. With `hasReach`, the position down to which nothing is missing follows the
  /// columns of the order, and a page without entries is a row without an order.
  static func page(
    _ rows: Rows, hasReach: Bool, _ size: PageSize
  ) throws(PostgresError) -> Page<Order, OrderPosition> {
    var orders: [Order] = []
    orders.reserveCapacity(min(rows.count, size.value))
    // The row beyond the page only says that there is a next one.
    for row in rows.prefix(size.value) where !hasReach || !row.isNull(0) {
      orders.append(try row.order())
    }
    var next: OrderPosition?
    if rows.count > size.value {
      next = orders.last?.position
    } else if hasReach, let number = try rows[0].optionalInt(orderColumnCount + 1) {
      next = OrderPosition(createdAt: try rows[0].moment(orderColumnCount), number: number)
    }
    return Page(entries: orders, next: next)
  }

  /// One page of the history of an order in `scope`, oldest step first.
  package func history(
    of key: OrderKey, in scope: OrderScope, after version: Int?, size: PageSize
  ) async throws(OrderError) -> Page<OrderEvent, Int> {
    let page: Page<OrderEvent, Int>? = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(Self.history(of: key, in: scope, after: version, size))
      guard let first = rows.first else { return nil }
      guard !first.isNull(0) else { return Page(entries: [], next: nil) }
      let events = try rows.map { row throws(PostgresError) in
        OrderEvent(
          version: try row.int(0), what: try row.word(1),
          from: row.isNull(2) ? nil : try row.word(2), to: try row.word(3), actor: try row.text(4),
          createdAt: try row.moment(5))
      }
      return Page(reading: events, size: size, position: \.version)
    }
    guard let page else { throw .unknownOrder }
    return page
  }

  /// An order without further steps is a row of NULLs; an unknown order is no row.
  static func history(
    of key: OrderKey, in scope: OrderScope, after version: Int?, _ size: PageSize
  ) -> SQL {
    """
    SELECT e.version, e.what, e.from_status, e.to_status, e.who, e.created_at
      FROM orders AS o
      LEFT JOIN LATERAL (
          SELECT * FROM order_events
           WHERE order_id = o.id AND version > \(version ?? 0)
           ORDER BY version
           \(size.limitClause)) AS e ON true
     WHERE \(key.condition) \(scope.condition)
     ORDER BY e.version
    """
  }

  /// Refuses a page that is empty because there is no such customer.
  func requireCustomer(
    of filter: OrderFilter, finding page: Page<Order, OrderPosition>
  ) async throws(OrderError) {
    guard page.entries.isEmpty, let customer = filter.customer else { return }
    let isUnknown = try await mappingErrors { () throws(PostgresError) in
      try await database.read("SELECT FROM customers WHERE id = \(customer.value)").isEmpty
    }
    if isUnknown { throw .unknownCustomer }
  }
}

extension Dictionary {
  fileprivate init(_ values: [Value], by key: (Value) -> Key) {
    self.init(minimumCapacity: values.count)
    for value in values { self[key(value)] = value }
  }
}

/// An order that is looked up for a caller who may see only some orders.
struct ScopedOrderKey: Hashable {
  let key: OrderKey
  let scope: OrderScope
}

extension OrderKey {
  var id: RawUUID? { if case .id(let id) = self { id.raw } else { nil } }
  var number: Int? { if case .number(let number) = self { number } else { nil } }

  /// The condition that an order called `o` is this one.
  var condition: SQL {
    switch self {
    case .id(let id): "o.id = \(id.raw)"
    case .number(let number): "o.number = \(number)"
    }
  }
}

extension OrderScope {
  /// Further conditions: that an order called `o` is in this scope.
  var condition: SQL {
    var condition: SQL = ""
    if let channel {
      condition.append("AND o.channel = \(channel.rawValue) AND o.hidden_at IS NULL ")
    }
    if let owner { condition.append("AND o.customer_id = \(owner.value)") }
    return condition
  }
}
