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
        for column in ReportSort.Column.allCases {
          let sort = ReportSort(column: column, descends: size.value == 50)
          let place = sort.position(value: "7", customer: "c")
          for position in [nil, place] {
            let plan = try await Self.plan(
              ReportRepository.list(sort, after: position, size: size), database)
            #expect(plan.contains("using customer_report_"), "\(sort.word)\n\(plan)")
          }
        }
      }
      await database.close()
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
