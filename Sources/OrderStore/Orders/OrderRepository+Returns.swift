package import Orders
import Postgres

extension OrderRepository {
  /// Takes goods of a completed order back; stock, history and report follow.
  package func takeBack(
    _ key: OrderKey, _ goods: NewReturn, version: Int?, in scope: OrderScope, by actor: String
  ) async throws(OrderError) -> Order {
    let products = goods.items.map(\.product.value)
    let quantities = goods.items.map { Int32(clamping: $0.quantity.value) }
    let result = try await change(
      """
      return_order(\(key.sql), \(scope.sql), \(version), \(products), \(quantities),
                   \(goods.items.map(\.isRestocked)), \(goods.reason), \(actor))
      """)
    return try result.order { .notReturnable($0.status) }
  }

  /// One page of what has come back of an order in `scope`, oldest first.
  package func returns(
    of key: OrderKey, in scope: OrderScope, after number: Int?, size: PageSize
  ) async throws(OrderError) -> Page<OrderReturn, Int> {
    let page: Page<OrderReturn, Int>? = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT r.number, r.version, r.product_id, r.quantity, r.amount, r.restocked, r.reason,
               r.who, r.created_at, r.never_shipped
          FROM orders AS o
          LEFT JOIN LATERAL (
              SELECT * FROM order_returns
               WHERE order_number = o.number AND number > \(number ?? 0)
               ORDER BY number
               \(size.limitClause)) AS r ON true
         WHERE \(key.condition) \(scope.condition)
         ORDER BY r.number
        """)
      guard let first = rows.first else { return nil }
      guard !first.isNull(0) else { return Page(entries: [], next: nil) }
      let returns = try rows.map { row throws(PostgresError) in try row.orderReturn() }
      return Page(reading: returns, size: size, position: \.number)
    }
    guard let page else { throw .unknownOrder }
    return page
  }

  /// All that has come back of some orders, by their numbers, oldest first.
  package func returns(
    ofOrders numbers: [Int]
  ) async throws(OrderError) -> [Int: [OrderReturn]] {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT number, version, product_id, quantity, amount, restocked, reason, who, created_at,
               never_shipped, order_number
          FROM order_returns
         WHERE order_number = ANY (\(numbers))
         ORDER BY order_number, number
        """)
      var returns: [Int: [OrderReturn]] = [:]
      for row in rows { returns[try row.int(10), default: []].append(try row.orderReturn()) }
      return returns
    }
  }
}

extension Row {
  fileprivate func orderReturn() throws(PostgresError) -> OrderReturn {
    OrderReturn(
      number: try int(0), version: try int(1), product: try text(2),
      quantity: try int(3), amount: try text(4), isRestocked: try bool(5),
      reason: try optionalText(6), actor: try text(7), createdAt: try moment(8),
      neverShipped: try int(9))
  }
}
