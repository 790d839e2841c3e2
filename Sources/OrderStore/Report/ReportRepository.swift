package import Orders
package import Postgres

/// The reports, as the last refresh made them.
package final class ReportRepository {
  private let database: Database

  /// The reports, over the connections of one loop.
  package init(_ database: Database) { self.database = database }

  /// One page of a report in the order of `sort`, after `position`, and the refresh that made it.
  /// One statement reads the refresh and the rows, so they belong together.
  package func list<Column: StoredReport>(
    _ sort: ReportSort<Column>, of period: Period = .always,
    after position: ReportSort<Column>.Position?, size: PageSize
  ) async throws(OrderError) -> (
    refresh: ReportRefresh, page: Page<Column.Row, ReportSort<Column>.Position>
  ) {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        Self.list(sort, of: period, after: position, size: size))
      var found: [Column.Row] = []
      for row in rows where !row.isNull(Self.firstColumn) {
        found.append(try Column.read(row, from: Self.firstColumn))
      }
      return (
        try Self.refresh(rows),
        Page(reading: found, size: size, position: sort.position(of:))
      )
    }
  }

  static func list<Column: StoredReport>(
    _ sort: ReportSort<Column>, of period: Period = .always,
    after position: ReportSort<Column>.Position?, size: PageSize
  ) -> SQL {
    """
    SELECT \(refreshColumns), \(Column.columns)
      FROM \(refresh)
      LEFT JOIN LATERAL (
          SELECT * FROM \(Column.rows(of: period)) \(sort.condition(after: position))
           \(sort.orderClause) \(size.limitClause)
      ) AS report ON true
     \(sort.orderClause)
    """
  }

  /// The row of one customer, if there is one, and the refresh that made it.
  package func find(
    _ customer: CustomerID
  ) async throws(OrderError) -> (refresh: ReportRefresh, row: CustomerSales?) {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.refreshColumns), \(CustomerColumn.columns)
          FROM \(Self.refresh)
          LEFT JOIN customer_report ON customer_id = \(customer.value)
        """)
      let refresh = try Self.refresh(rows)
      guard !rows[0].isNull(Self.firstColumn) else { return (refresh, nil) }
      return (refresh, try CustomerColumn.read(rows[0], from: Self.firstColumn))
    }
  }

  private static let refreshColumns: SQL = "refresh.number, refresh.started_at"
  /// Where the columns of the report begin.
  private static let firstColumn = 2

  /// Always one row, so that an empty report has its time too.
  private static let refresh: SQL = """
    (SELECT 1) AS always
      LEFT JOIN LATERAL (
          SELECT number, started_at FROM report_refreshes
           WHERE error IS NULL ORDER BY number DESC LIMIT 1
      ) AS refresh ON true
    """

  private static func refresh(_ rows: Rows) throws(PostgresError) -> ReportRefresh {
    ReportRefresh(
      number: try rows[0].optionalInt(0) ?? 0, moment: try rows[0].optionalMoment(1))
  }
}

extension ReportSort where Column: StoredReport {
  /// The key decides between rows of the same value; the indexes contain it.
  fileprivate var orderClause: SQL {
    let (value, key) = (column.expression, Column.key.expression)
    guard column != Column.key else {
      return descends ? "ORDER BY \(key) DESC" : "ORDER BY \(key)"
    }
    return descends ? "ORDER BY \(value) DESC, \(key) DESC" : "ORDER BY \(value), \(key)"
  }

  fileprivate func condition(after position: Position?) -> SQL {
    guard let position else { return "" }
    let sign: SQL = descends ? "<" : ">"
    return """
      WHERE (\(column.expression), \(Column.key.expression)) \(sign)
            (\(column.content.value(position.value)), \(Column.key.content.value(position.key)))
      """
  }
}

extension ReportContent {
  /// A value with the type of the column.
  fileprivate func value(_ text: String) -> SQL {
    switch self {
    case .text: "\(text)"
    case .count: "\(text)::bigint"
    case .amount: "\(text)::numeric"
    case .day: "\(text)::date"
    }
  }
}
