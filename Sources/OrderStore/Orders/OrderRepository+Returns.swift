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
               r.who, r.created_at
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
      let returns = try rows.map { row throws(PostgresError) in
        OrderReturn(
          number: try row.int(0), version: try row.int(1), product: try row.text(2),
          quantity: try row.int(3), amount: try row.text(4), isRestocked: try row.bool(5),
          reason: try row.optionalText(6), actor: try row.text(7), createdAt: try row.moment(8))
      }
      return Page(reading: returns, size: size, position: \.number)
    }
    guard let page else { throw .unknownOrder }
    return page
  }
}
