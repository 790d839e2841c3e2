package import Orders
package import Postgres

/// The `products` table.
package final class ProductRepository {
  /// How many products one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  private let database: Database
  private let byID: Coalescer<ProductID, Product>

  /// The table as seen through one loop's connections.
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

  /// Brings a product into the catalogue; its first stock is put down to `who`.
  package func create(_ new: NewProduct, by who: String) async throws(OrderError) -> Product {
    do {
      let rows = try await database.write(
        """
        SELECT \(Self.columns)
          FROM create_product(\(new.id.value), \(new.name.value), \(new.description?.value),
                              \(new.price.decimal)::numeric, \(new.stock), \(who))
        """)
      guard let row = rows.first else { throw OrderError.idTaken("product \(new.id.value)") }
      return try Self.product(row)
    } catch {
      throw OrderError(any: error)
    }
  }

  /// Changes what is said of a product; nil when there is none of that id.
  ///
  /// The table's trigger counts the change, and only when there is one.
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
    do {
      let rows = try await database.write(
        """
        SELECT \(Self.columns), outcome
          FROM (SELECT (p).*, outcome
                  FROM adjust_stock(\(id.value), \(adjustment.delta), \(adjustment.reason),
                                    \(version), \(who))) AS adjusted
        """)
      let row = rows[0]
      switch try row.text(Self.columnCount) {
      case "done": return try Self.product(row)
      case "not_found": return nil
      case "version_changed": throw OrderError.versionChanged
      case "below_zero": throw OrderError.stockBelowZero(stock: try Self.product(row).stock)
      default: throw OrderError.stockTooLarge
      }
    } catch {
      throw OrderError(any: error)
    }
  }

  private func update(_ id: ProductID, _ statement: SQL) async throws(OrderError) -> Product? {
    do {
      let rows = try await database.write(statement)
      if let row = rows.first { return try Self.product(row) }
    } catch {
      throw OrderError(error)
    }
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

// MARK: - Lists

extension ProductRepository {
  /// How many products one page looks at: what keeps a search for something rare from reading the
  /// whole catalogue. Reading them takes some milliseconds.
  private static let window: SQL = "LIMIT 2000"
  /// The last product of those, and one behind it if there is one.
  private static let endOfWindow: SQL = "OFFSET 1999 LIMIT 2"

  /// Products in the order of their numbers, from behind `position` on.
  ///
  /// A page looks at so many products and no more, so it may hold fewer entries than it could, or
  /// none, and yet not be the last.
  package func list(
    _ filter: ProductFilter = ProductFilter(), after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Product, Int> {
    do {
      let rows = try await database.read(Self.list(filter, after: position, size: size))
      let products = try rows.map(Self.product)
      let page = Page(reading: products, size: size, position: \.number)
      if page.next != nil { return page }
      return Page(entries: page.entries, next: try await endOfWindow(after: position))
    } catch {
      throw OrderError(error)
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

  /// The number of the last product that a page looked at; nil when none comes behind it.
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
    do {
      let rows = try await database.read(Self.movements(of: id, after: position, size: size))
      let movements = try rows.map(Self.movement)
      if movements.isEmpty, try await byID.load(id) == nil { return nil }
      return Page(reading: movements, size: size, position: \.position)
    } catch {
      throw OrderError(error)
    }
  }

  /// One page of the view stock_movements, which would sort all orders of the product first.
  static func movements(
    of id: ProductID, after position: StockMovement.Position?, size: PageSize
  ) -> SQL {
    let behind = position ?? .end
    let moment = behind.moment.postgres
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
      cause: try row.text(3), order: try row.optionalInt(4), reason: try row.optionalText(5),
      who: try row.optionalText(6))
  }
}

extension StockMovement.Position {
  /// Behind everything that will ever happen.
  fileprivate static let end = Self(moment: Orders.Timestamp.era.upperBound, number: .max)
}

extension ProductFilter {
  /// The filter as SQL; `strpos` takes the text as it is, without any pattern in it.
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
