import Orders
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("Lists of the catalogue and the report")
struct CataloguePlanTests {
  static let rows = """
    ALTER TABLE products DISABLE TRIGGER USER;
    INSERT INTO products (id, name, price, stock)
    SELECT 'product-' || n, 'Product ' || n, 1, n FROM generate_series(1, 20000) AS n;
    INSERT INTO customer_ledger
    SELECT 'customer-' || n, 'Name ' || n, n, n, n FROM generate_series(1, 20000) AS n;
    INSERT INTO product_ledger
    SELECT 'all', '-infinity', 'product-' || n, n, n, n, 0, 0 FROM generate_series(1, 20000) AS n;
    INSERT INTO day_ledger
    SELECT '1980-01-01'::date + n, n, n, n, 0, 0 FROM generate_series(1, 10000) AS n;
    REFRESH MATERIALIZED VIEW sales_by_product;
    REFRESH MATERIALIZED VIEW sales_by_day;
    REFRESH MATERIALIZED VIEW customer_report
    """

  @Test("walk an index in their order: no page reads more than itself, or its window")
  func plans() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await database.transaction { transaction throws(PostgresError) in
        for statement in Self.rows.split(separator: ";\n") {
          _ = try await transaction.run(SQL(unsafeText: String(statement)))
        }
      }
      _ = try await database.write("ANALYZE")
      for size in [PageSize(1)!, PageSize(50)!, PageSize(200)!] {
        let filter = ProductFilter(text: "x", inStock: true)
        let products = try await Self.plan(
          ProductRepository.list(filter, after: 7, size: size), database)
        #expect(products.contains("products_number_key") && !products.contains("Sort"))
        try await Self.walk("customer_report_", CustomerColumn.allCases, size, database)
        try await Self.walk("sales_by_product_", ProductColumn.allCases, size, database)
        // Other orders of the days are sorted: there are few of them.
        try await Self.walk("sales_by_day_key", [DayColumn.day], size, database)
      }
      await database.close()
    }
  }

  /// Expects that the report is read through an index, sorted by each of these columns.
  private static func walk<Column: StoredReport>(
    _ index: String, _ columns: [Column], _ size: PageSize, _ database: Database
  ) async throws {
    for column in columns {
      let sort = ReportSort(column: column, descends: size.value == 50)
      let place = sort.position(value: "7", key: "c")
      for position in [nil, place] {
        let plan = try await plan(
          ReportRepository.list(sort, after: position, size: size), database)
        #expect(plan.contains("using \(index)"), "\(sort.word)\n\(plan)")
      }
    }
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
