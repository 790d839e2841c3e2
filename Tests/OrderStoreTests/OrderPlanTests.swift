import Orders
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("Lists of orders")
struct OrderPlanTests {
  /// Enough orders for a scan or a sort to look cheap where an index does not fit, most of them of
  /// one kind as in life; the triggers would make history of each.
  static let orders = """
    ALTER TABLE orders DISABLE TRIGGER USER;
    INSERT INTO products (id, name, price)
    SELECT 'product-' || n, 'Product', 1 FROM generate_series(1, 50) AS n;
    INSERT INTO customers (id) SELECT 'customer-' || n FROM generate_series(1, 100) AS n;
    INSERT INTO orders (id, channel, status, customer_id, items, total_quantity, total_amount,
                        version, created_at, updated_at)
    SELECT gen_random_uuid(), CASE WHEN n % 20 = 0 THEN 'shop' ELSE 'api' END,
           CASE WHEN n % 100 = 0 THEN 'new' ELSE 'completed' END, 'customer-' || 1 + n % 100, '[]',
           1, 1, 2, moment, moment
      FROM generate_series(1, 20000) AS n,
           LATERAL (SELECT '2026-01-01'::timestamptz + n * interval '1 minute' AS moment) AS m;
    INSERT INTO order_products (product_id, created_at, order_number, quantity, taken)
    SELECT 'product-' || 1 + number % 50, created_at, number, 1, 1 FROM orders
    """

  /// Every combination of filters.
  static let filters: [OrderFilter] = (0..<64).flatMap { bits in
    OrderFilter.Sort.allCases.map { sort in
      var filter = OrderFilter()
      if bits & 1 != 0 { filter.statuses = [.new] }
      if bits & 2 != 0 { filter.statuses.formUnion([.inProgress, .cancelled]) }
      if bits & 4 != 0 { filter.channel = .api }
      if bits & 8 != 0 { filter.customer = CustomerID("customer-1") }
      if bits & 16 != 0 { filter.product = ProductID("product-1") }
      if bits & 32 != 0 {
        filter.createdAfter = Orders.Timestamp(microseconds: 0)
        filter.createdBefore = Orders.Timestamp(microseconds: 1 << 60)
      }
      filter.sort = sort
      return filter
    }
  }

  @Test("walk an index in their order, whatever the filters: no sort, no scan, no bitmap")
  func plans() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await Self.fill(database)
      let position = OrderPosition(createdAt: Orders.Timestamp(microseconds: 1), number: 1)
      for filter in Self.filters {
        for size in [PageSize(1)!, PageSize(50)!, PageSize(200)!] {
          let plan = try await Self.plan(filter.statement(after: position, size: size), database)
          let isWalk = ["Sort  (", "Seq Scan", "Bitmap"].allSatisfy { !plan.contains($0) }
          #expect(isWalk, "\(filter)\n\(plan)")
        }
      }
      await database.close()
    }
  }

  private static func fill(_ database: Database) async throws {
    try await database.transaction { transaction throws(PostgresError) in
      for statement in orders.split(separator: ";\n") {
        _ = try await transaction.run(SQL(unsafeText: String(statement)))
      }
    }
    _ = try await database.write("ANALYZE")
  }

  /// What the server does with a statement prepared once for all its parameters.
  private static func plan(_ statement: SQL, _ database: Database) async throws -> String {
    let (text, types) = statement.rendered()
    let nulls = Array(repeating: "NULL", count: types.count).joined(separator: ", ")
    return try await database.transaction { transaction throws(PostgresError) in
      _ = try await transaction.run(SQL(unsafeText: "PREPARE list AS " + text))
      let rows = try await transaction.run(
        SQL(unsafeText: "EXPLAIN EXECUTE list" + (types.isEmpty ? "" : "(\(nulls))")))
      _ = try await transaction.run(SQL(unsafeText: "DEALLOCATE list"))
      return try rows.map { row throws(PostgresError) in try row.text(0) }.joined(separator: "\n")
    }
  }
}
