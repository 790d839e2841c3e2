package import Orders
package import Postgres

/// The catalogue and its stock.
package final class ProductRepository {
  /// How many products one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  private let database: Database
  private let byID: Coalescer<ProductID, Product>

  /// The catalogue, over the connections of one loop.
  package init(_ database: Database) {
    self.database = database
    byID = Coalescer(on: database.loop, limit: Self.lookupMax) { (ids) throws(PostgresError) in
      let values = ids.map(\.value)
      let rows = try await database.read(
        "SELECT \(Self.columns) FROM products WHERE id = ANY(\(values))")
      var found: [ProductID: Product] = [:]
      for row in rows {
        let product = try Self.product(row)
        found[product.id] = product
      }
      return found
    }
  }

  /// One product; lookups that wait at the same moment share a statement.
  package func find(_ id: ProductID) async throws(OrderError) -> Product? {
    do {
      return try await byID.load(id)
    } catch {
      throw OrderError(error)
    }
  }

  /// Adds a product to the catalogue; `who` is named in the history of its stock.
  package func create(_ new: NewProduct, by who: String) async throws(OrderError) -> Product {
    let product = try await asking { () throws(PostgresError) in
      try await database.write(
        """
        SELECT \(Self.columns)
          FROM create_product(\(new.id.value), \(new.name.value), \(new.description?.value),
                              \(new.price.decimal)::numeric, \(new.stock), \(who))
        """
      ).first.map(Self.product)
    }
    guard let product else { throw .idTaken("product \(new.id.value)") }
    return product
  }

  /// Changes a product; nil when there is none of that id. A trigger raises its version, if
  /// anything changes.
  package func change(
    _ id: ProductID, to change: ProductChange, expecting version: Int?
  ) async throws(OrderError) -> Product? {
    let description = change.description.columns(\.value)
    return try await update(
      id,
      """
      UPDATE products
         SET name = coalesce(\(change.name?.value), name),
             description = CASE WHEN \(description.keeps) THEN description
                                ELSE \(description.value) END,
             price = coalesce(\(change.price?.decimal)::numeric, price)
       WHERE id = \(id.value) AND version = coalesce(\(version), version)
      RETURNING \(Self.columns)
      """)
  }

  /// Takes a product out of the catalogue, once; nil when there is none of that id.
  package func retire(
    _ id: ProductID, expecting version: Int?
  ) async throws(OrderError) -> Product? {
    try await update(
      id,
      """
      UPDATE products
         SET retired_at = coalesce(retired_at, clock_timestamp())
       WHERE id = \(id.value) AND version = coalesce(\(version), version)
      RETURNING \(Self.columns)
      """)
  }

  /// Changes the stock by hand; nil when there is no product of that id.
  package func adjust(
    _ id: ProductID, by adjustment: StockAdjustment, expecting version: Int?, by who: String
  ) async throws(OrderError) -> Product? {
    let (outcome, product) = try await asking { () throws(PostgresError) in
      let row = try await database.write(
        """
        SELECT \(Self.columns), outcome
          FROM (SELECT (p).*, outcome
                  FROM adjust_stock(\(id.value), \(adjustment.delta), \(adjustment.reason),
                                    \(version), \(who))) AS adjusted
        """)[0]
      let outcome: AdjustmentOutcome = try row.word(Self.columnCount)
      return (outcome, outcome == .notFound ? nil : try Self.product(row))
    }
    switch outcome {
    case .done, .notFound: return product
    case .versionChanged: throw .versionChanged
    case .belowZero: throw .stockBelowZero(stock: product?.stock ?? 0)
    case .tooMany: throw .stockTooLarge
    }
  }

  private func update(_ id: ProductID, _ statement: SQL) async throws(OrderError) -> Product? {
    let product = try await asking { () throws(PostgresError) in
      try await database.write(statement).first.map(Self.product)
    }
    if let product { return product }
    guard try await find(id) != nil else { return nil }
    throw .versionChanged
  }

  static let columns: SQL =
    "id, number, name, description, price, stock, retired_at, version, created_at, updated_at"
  private static let columnCount = 10

  static func product(_ row: Row) throws(PostgresError) -> Product {
    Product(
      id: try row.productID(0), number: try row.int(1), name: try row.text(2),
      description: try row.optionalText(3), price: try row.money(4), stock: try row.int(5),
      retiredAt: try row.optionalMoment(6), version: try row.int(7),
      createdAt: try row.moment(8), updatedAt: try row.moment(9))
  }
}

/// What `adjust_stock()` answers.
enum AdjustmentOutcome: String, CaseIterable {
  case done
  case notFound = "not_found"
  case versionChanged = "version_changed"
  case belowZero = "below_zero"
  case tooMany = "too_many"
}

// MARK: - Lists

extension ProductRepository {
  /// How many products one page reads at most, so that a search for something rare does not read
  /// the whole catalogue. It takes some milliseconds.
  private static let window: SQL = "LIMIT 2000"
  /// The last of those products, and the next one if there is one.
  private static let endOfWindow: SQL = "OFFSET 1999 LIMIT 2"

  /// One page of products in the order of their numbers, after `position`.
  ///
  /// As a page reads a limited number of products, it may have fewer entries than its size, or
  /// none, and not be the last.
  package func list(
    _ filter: ProductFilter = ProductFilter(), after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Product, Int> {
    try await asking { () throws(PostgresError) in
      let rows = try await database.read(Self.list(filter, after: position, size: size))
      let products = try rows.map(Self.product)
      let page = Page(reading: products, size: size, position: \.number)
      if page.next != nil { return page }
      return Page(entries: page.entries, next: try await endOfWindow(after: position))
    }
  }

  static func list(_ filter: ProductFilter, after position: Int?, size: PageSize) -> SQL {
    """
    SELECT \(columns)
      FROM (SELECT * FROM products
             WHERE number > \(position ?? 0) ORDER BY number \(window)) AS looked_at
     WHERE \(filter.condition)
     ORDER BY number
     \(size.limitClause)
    """
  }

  /// The number of the last product that a page has read; nil when it is the last of all.
  private func endOfWindow(after position: Int?) async throws(PostgresError) -> Int? {
    let rows = try await database.read(
      """
      SELECT number FROM products
       WHERE number > \(position ?? 0) ORDER BY number \(Self.endOfWindow)
      """)
    return rows.count == 2 ? try rows[0].int(0) : nil
  }

  /// What happened to a product's stock, newest first; nil when there is no such product.
  package func movements(
    of id: ProductID, after position: StockMovement.Position?, size: PageSize
  ) async throws(OrderError) -> Page<StockMovement, StockMovement.Position>? {
    try await asking { () throws(PostgresError) in
      let rows = try await database.read(Self.movements(of: id, after: position, size: size))
      let movements = try rows.map(Self.movement)
      if movements.isEmpty, try await byID.load(id) == nil { return nil }
      return Page(reading: movements, size: size, position: \.position)
    }
  }

  /// One page of what the view stock_movements shows; the view itself would sort all orders of the
  /// product first.
  static func movements(
    of id: ProductID, after position: StockMovement.Position?, size: PageSize
  ) -> SQL {
    let behind = position ?? .end
    let moment = behind.moment.raw
    return """
      SELECT created_at, number, delta, cause, order_number, reason,
             coalesce(who, (SELECT event.who FROM orders
                              JOIN order_events AS event ON order_id = id AND event.version = 1
                             WHERE orders.number = page.order_number))
        FROM (SELECT *
                FROM (SELECT created_at, order_number AS number, -taken::bigint AS delta,
                             'placed' AS cause, order_number, NULL AS reason, NULL AS who
                        FROM order_products
                       WHERE product_id = \(id.value) AND taken > 0
                         AND (created_at, order_number) < (\(moment), \(behind.number))
                       ORDER BY created_at DESC, order_number DESC
                       \(size.limitClause)) AS orders
               UNION ALL
              SELECT *
                FROM (SELECT created_at, number, delta, cause, order_number, reason, who
                        FROM stock_adjustments
                       WHERE product_id = \(id.value)
                         AND (created_at, number) < (\(moment), \(behind.number))
                       ORDER BY created_at DESC, number DESC
                       \(size.limitClause)) AS adjustments
               ORDER BY created_at DESC, number DESC
               \(size.limitClause)) AS page
       ORDER BY created_at DESC, number DESC
      """
  }

  private static func movement(_ row: Row) throws(PostgresError) -> StockMovement {
    StockMovement(
      position: .init(moment: try row.moment(0), number: try row.int(1)), delta: try row.int(2),
      cause: try row.word(3), order: try row.optionalInt(4), reason: try row.optionalText(5),
      who: try row.optionalText(6))
  }
}

extension StockMovement.Position {
  /// After every movement, so that the newest comes first.
  fileprivate static let end = Self(moment: Orders.Timestamp.era.upperBound, number: .max)
}

extension ProductFilter {
  /// The filter as a condition; `strpos` looks for the text itself, which is no pattern.
  fileprivate var condition: SQL {
    let text = text ?? ""
    return """
      (retired_at IS NOT NULL) = \(retired)
         AND coalesce((stock > 0) = \(inStock), true)
         AND (\(text) = '' OR strpos(lower(name), lower(\(text))) > 0
              OR strpos(lower(id), lower(\(text))) > 0
              OR strpos(lower(description), lower(\(text))) > 0)
      """
  }
}
