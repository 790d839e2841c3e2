package import Orders
import Postgres

extension ProductRepository {
  /// How many orders of the product one page looks at, at most. Orders of the storefront take no
  /// stock, so there may be many orders that are not movements.
  private static let window: SQL = "LIMIT 1000"
  /// The last of those orders; nothing when there are fewer.
  private static let endOfWindow: SQL = "OFFSET 999 LIMIT 1"

  /// What happened to a product's stock, newest first; nil when there is no such product.
  package func movements(
    of id: ProductID, after position: StockMovement.Position?, size: PageSize
  ) async throws(OrderError) -> Page<StockMovement, StockMovement.Position>? {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(Self.movements(of: id, after: position, size: size))
      let end = try Self.end(rows[0])
      var movements: [StockMovement] = []
      for row in rows where !row.isNull(0) { movements.append(try Self.movement(row)) }
      if movements.isEmpty, end == nil, try await byID.load(id) == nil { return nil }
      return Page(reading: movements, size: size, end: end, position: \.position)
    }
  }

  /// One page of what the view stock_movements shows; the view itself would sort all orders of the
  /// product first. After the columns of a movement comes the end of the window, if it ends before
  /// the page is full: movements beyond that are left to the next page. A page without movements
  /// is a row without one.
  static func movements(
    of id: ProductID, after position: StockMovement.Position?, size: PageSize
  ) -> SQL {
    let behind = position ?? .end
    let orders: SQL = """
      SELECT * FROM order_products
       WHERE product_id = \(id.value)
         AND (created_at, order_number) < (\(behind.moment.raw), \(behind.number))
       ORDER BY created_at DESC, order_number DESC
      """
    return """
      WITH placed AS MATERIALIZED (
          SELECT created_at, order_number AS number, -taken::bigint AS delta, 'placed' AS cause,
                 order_number, NULL AS reason, NULL AS who
            FROM (\(orders) \(window)) AS looked_at
           WHERE taken > 0
           ORDER BY created_at DESC, number DESC
           \(size.limitClause)
      ), reach AS MATERIALIZED (
          SELECT created_at, order_number AS number
            FROM (\(orders) \(endOfWindow)) AS last
           WHERE (SELECT count(*) FROM placed) <= \(size.value)
      ), adjusted AS (
          SELECT created_at, number, delta, cause, order_number, reason, who
            FROM stock_adjustments
           WHERE product_id = \(id.value)
             AND (created_at, number) < (\(behind.moment.raw), \(behind.number))
             AND (created_at, number)
                 > (coalesce((SELECT created_at FROM reach), '-infinity'),
                    coalesce((SELECT number FROM reach), 0))
           ORDER BY created_at DESC, number DESC
           \(size.limitClause)
      )
      SELECT page.created_at, page.number, delta, cause, order_number, reason,
             coalesce(who, (SELECT event.who FROM orders
                              JOIN order_events AS event ON order_id = id AND event.version = 1
                             WHERE orders.number = page.order_number)),
             reach.created_at, reach.number
        FROM (SELECT 1) AS always
        LEFT JOIN reach ON true
        LEFT JOIN (SELECT * FROM placed
                    UNION ALL
                   SELECT * FROM adjusted
                    ORDER BY created_at DESC, number DESC
                   \(size.limitClause)) AS page ON true
       ORDER BY page.created_at DESC, page.number DESC
      """
  }

  private static func end(_ row: Row) throws(PostgresError) -> StockMovement.Position? {
    guard let number = try row.optionalInt(8) else { return nil }
    return StockMovement.Position(moment: try row.moment(7), number: number)
  }

  private static func movement(_ row: Row) throws(PostgresError) -> StockMovement {
    StockMovement(
      position: .init(moment: try row.moment(0), number: try row.int(1)), delta: try row.int(2),
      cause: try row.word(3), order: try row.optionalInt(4), reason: try row.optionalText(5),
      actor: try row.optionalText(6))
  }
}

extension StockMovement.Position {
  /// After every movement, so that the newest comes first.
  fileprivate static let end = Self(moment: Orders.Timestamp.era.upperBound, number: .max)
}
