import Orders
import Postgres

extension ListTotal {
  /// Ends the rows that counting looks at: one more than `lookedAtMax`, which says that there are
  /// more. As for a page it is part of the text and not a parameter.
  static let limit: SQL = "LIMIT 100001"
  /// The same for rows that are looked up one by one.
  static let limitOfLookups: SQL = "LIMIT 20001"

  /// Reads what was counted, and among how many rows.
  init(counted row: Row, ofAtMost most: Int = lookedAtMax) throws(PostgresError) {
    self.init(counted: try row.int(0), among: try row.int(1), ofAtMost: most)
  }
}

extension Database {
  /// How many rows PostgreSQL expects of a statement, with the values of its parameters.
  func expectedRows(of statement: SQL) async throws(PostgresError) -> ListTotal {
    // The first line is of the whole statement: Seq Scan on orders (cost=0.00..35.50 rows=2550 …
    let line = try await read("EXPLAIN \(statement)")[0].text(0)
    let digits = line.split(separator: "rows=", maxSplits: 1).last?.prefix { $0.isNumber }
    return ListTotal(digits.flatMap { Int($0) } ?? 0, .estimate)
  }
}
