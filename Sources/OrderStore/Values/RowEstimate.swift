package import Orders
package import Postgres

extension Database {
  /// About how many rows a table has; nil when PostgreSQL has not counted them yet.
  package func estimatedRows(of table: String) async throws(OrderError) -> Int? {
    let estimate = try await mappingErrors { () throws(PostgresError) in
      try await read("SELECT reltuples::int8 FROM pg_class WHERE oid = to_regclass(\(table))")[0]
        .int(0)
    }
    return estimate < 0 ? nil : estimate
  }
}
