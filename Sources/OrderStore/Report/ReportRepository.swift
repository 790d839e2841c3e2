package import Orders
package import Postgres

/// The report, as the last refresh made it.
package final class ReportRepository {
  /// Some rows, and the refresh that made them.
  package typealias Found = (refresh: ReportRefresh, page: Page<ReportRow, ReportSort.Position>)

  private let database: Database

  /// The report, over the connections of one loop.
  package init(_ database: Database) { self.database = database }

  /// One page of customers in the order of `sort`, after `position`. One statement reads the
  /// refresh and the rows, so they belong together.
  package func list(
    _ sort: ReportSort, after position: ReportSort.Position?, size: PageSize
  ) async throws(OrderError) -> Found {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(Self.list(sort, after: position, size: size))
      var found: [ReportRow] = []
      for row in rows { if let row = try Self.row(row) { found.append(row) } }
      return (
        try Self.refresh(rows),
        Page(reading: found, size: size, position: sort.position(of:))
      )
    }
  }

  static func list(
    _ sort: ReportSort, after position: ReportSort.Position?, size: PageSize
  ) -> SQL {
    """
    SELECT \(columns)
      FROM \(refresh)
      LEFT JOIN LATERAL (
          SELECT * FROM customer_report \(sort.condition(after: position))
           \(sort.orderClause) \(size.limitClause)
      ) AS report ON true
     \(sort.orderClause)
    """
  }

  /// The row of one customer, if there is one, and the refresh that made it.
  package func find(
    _ customer: CustomerID
  ) async throws(OrderError) -> (refresh: ReportRefresh, row: ReportRow?) {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.columns)
          FROM \(Self.refresh)
          LEFT JOIN customer_report ON customer_id = \(customer.value)
        """)
      return (try Self.refresh(rows), try rows.first.map(Self.row) ?? nil)
    }
  }

  private static let columns: SQL =
    """
    refresh.number, refresh.started_at,
           customer_id, customer_name, orders, total_quantity, total_amount, returned_quantity,
           returned_amount
    """

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

  private static func row(_ row: Row) throws(PostgresError) -> ReportRow? {
    guard let customer = try row.optionalText(2) else { return nil }
    return ReportRow(
      customer: customer, name: try row.optionalText(3), orders: try row.int(4),
      totalQuantity: try row.int(5), totalAmount: try row.text(6),
      returned: try row.int(7) == 0
        ? nil : ReturnedGoods(quantity: try row.int(7), amount: try row.text(8)))
  }
}

extension ReportSort {
  /// The customer's id decides between rows of the same value; the indexes contain it.
  fileprivate var orderClause: SQL {
    descends
      ? "ORDER BY \(expression) DESC, customer_id DESC" : "ORDER BY \(expression), customer_id"
  }

  fileprivate func condition(after position: Position?) -> SQL {
    guard let position else { return "" }
    let key: SQL = "(\(expression), customer_id)"
    let value: SQL =
      switch column {
      case .customer, .name: "\(position.value)"
      case .orders, .totalQuantity: "\(position.value)::bigint"
      case .totalAmount: "\(position.value)::numeric"
      }
    return descends
      ? "WHERE \(key) < (\(value), \(position.customer))"
      : "WHERE \(key) > (\(value), \(position.customer))"
  }

  private var expression: SQL {
    switch column {
    case .customer: "customer_id"
    case .name: "coalesce(customer_name, '')"
    case .orders: "orders"
    case .totalQuantity: "total_quantity"
    case .totalAmount: "total_amount"
    }
  }
}
