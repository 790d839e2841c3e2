public import Orders
public import Postgres

/// The `products` table.
public final class ProductRepository {
  /// How many products one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  private let database: Database
  private let byID: Coalescer<ProductID, Product>

  /// The table as seen through one loop's connections.
  public init(_ database: Database) {
    self.database = database
    byID = Coalescer(on: database.loop, limit: Self.lookupMax) { (ids) throws(PostgresError) in
      let values = ids.map(\.value)
      let rows = try await database.read(
        """
        SELECT id, number, name, description, price, stock, version, created_at, updated_at
          FROM products
         WHERE id = ANY(\(values))
        """)
      var found: [ProductID: Product] = [:]
      for row in rows {
        let product = try Self.product(row)
        found[product.id] = product
      }
      return found
    }
  }

  /// One product; lookups that wait at the same moment share a statement.
  public func find(_ id: ProductID) async throws(OrderError) -> Product? {
    do {
      return try await byID.load(id)
    } catch {
      throw OrderError(error)
    }
  }

  /// Products in the order of their numbers, from behind `position` on.
  public func list(
    after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Product, Int> {
    do {
      let rows = try await database.read(
        """
        SELECT id, number, name, description, price, stock, version, created_at, updated_at
          FROM products
         WHERE number > \(position ?? 0)
         ORDER BY number
         \(size.limitClause)
        """)
      let products = try rows.map(Self.product)
      return Page(reading: products, size: size, position: \.number)
    } catch {
      throw OrderError(error)
    }
  }

  private static func product(_ row: Row) throws(PostgresError) -> Product {
    Product(
      id: try row.productID(0), number: try row.int(1), name: try row.text(2),
      description: try row.optionalText(3), price: try row.money(4), stock: try row.int(5),
      version: try row.int(6), createdAt: try row.moment(7), updatedAt: try row.moment(8))
  }
}
