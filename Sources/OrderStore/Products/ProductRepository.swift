package import Orders
package import Postgres

/// The catalogue and its stock.
package final class ProductRepository {
  /// How many products one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  let database: Database
  let byID: Coalescer<ProductID, Product>

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

  /// Adds a product to the catalogue; `actor` is named in the history of its stock.
  package func create(_ new: NewProduct, by actor: String) async throws(OrderError) -> Product {
    let product = try await mappingErrors { () throws(PostgresError) in
      try await database.write(
        """
        SELECT \(Self.columns)
          FROM create_product(\(new.id.value), \(new.name.value), \(new.description?.value),
                              \(new.price.decimal)::numeric, \(new.stock), \(actor),
                              \(new.reorderLevel))
        """
      ).first.map(Self.product)
    }
    guard let product else { throw .idTaken("product \(new.id.value)") }
    return product
  }

  /// Changes a product; nil when there is none of that id. A trigger raises its version, if
  /// anything changes.
  package func change(
    _ id: ProductID, to change: ProductChange, expecting version: Int?, by actor: String
  ) async throws(OrderError) -> Product? {
    let description = change.description.columns(\.value)
    let reorderLevel = change.reorderLevel.columns(\.self)
    return try await update(
      id,
      """
      UPDATE products
         SET name = coalesce(\(change.name?.value), name),
             description = CASE WHEN \(description.keeps) THEN description
                                ELSE \(description.value) END,
             price = coalesce(\(change.price?.decimal)::numeric, price),
             reorder_level = CASE WHEN \(reorderLevel.keeps) THEN reorder_level
                                  ELSE \(reorderLevel.value) END
        \(SQL.actor(actor))
       WHERE id = \(id.value) AND version = coalesce(\(version), version)
      RETURNING \(Self.columns)
      """)
  }

  /// Takes a product out of the catalogue, once; nil when there is none of that id.
  package func retire(
    _ id: ProductID, expecting version: Int?, by actor: String
  ) async throws(OrderError) -> Product? {
    try await update(
      id,
      """
      UPDATE products
         SET retired_at = coalesce(retired_at, clock_timestamp())
        \(SQL.actor(actor))
       WHERE id = \(id.value) AND version = coalesce(\(version), version)
      RETURNING \(Self.columns)
      """)
  }

  private func update(_ id: ProductID, _ statement: SQL) async throws(OrderError) -> Product? {
    let product = try await mappingErrors { () throws(PostgresError) in
      try await database.write(statement).first.map(Self.product)
    }
    if let product { return product }
    guard try await find(id) != nil else { return nil }
    throw .versionChanged
  }

  static let columns: SQL =
    """
    id, number, name, description, price, stock, retired_at, version, created_at, updated_at,
    reorder_level
    """
  static let columnCount = 11

  static func product(_ row: Row) throws(PostgresError) -> Product {
    Product(
      id: try row.productID(0), number: try row.int(1), name: try row.text(2),
      description: try row.optionalText(3), price: try row.money(4), stock: try row.int(5),
      reorderLevel: try row.optionalInt(10), retiredAt: try row.optionalMoment(6),
      version: try row.int(7),
      createdAt: try row.moment(8), updatedAt: try row.moment(9))
  }
}
