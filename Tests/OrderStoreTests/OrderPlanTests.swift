import Orders
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("Reads of orders")
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
    SELECT 'product-' || 1 + number % 50, created_at, number, 1, 1 FROM orders;
    INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
    SELECT id, 1, 'placed', 'new', 'test', created_at FROM orders
    """

  @Test("of one order and of its history scan indexes, also for a caller who may see only some")
  func lookups() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await Self.fill(database)
      let scope = OrderScope(channel: .shop, owner: CustomerID("customer-1"))
      for key in [OrderKey.number(1), .id(OrderID(high: 0, low: 0))] {
        let statements = [
          OrderRepository.statement(finding: [ScopedOrderKey(key: key, scope: scope)]),
          OrderRepository.history(of: key, in: scope, after: nil, .standard),
        ]
        for statement in statements {
          let plan = try await Self.plan(statement, database)
          #expect(!plan.contains("Seq Scan") && !plan.contains("Hash"), "\(plan)")
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
      let oids = types.map { Int($0.oid) }
      let names = try await transaction.run(
        """
        SELECT string_agg(format_type(oid, NULL), ', ' ORDER BY position)
          FROM unnest(\(oids)) WITH ORDINALITY AS types (oid, position)
        """)[0].optionalText(0)
      let parameters = names.map { " (\($0))" } ?? ""
      _ = try await transaction.run(SQL(unsafeText: "PREPARE list\(parameters) AS " + text))
      let rows = try await transaction.run(
        SQL(unsafeText: "EXPLAIN EXECUTE list" + (types.isEmpty ? "" : "(\(nulls))")))
      _ = try await transaction.run(SQL(unsafeText: "DEALLOCATE list"))
      return try rows.map { row throws(PostgresError) in try row.text(0) }.joined(separator: "\n")
    }
  }
}
