package import Orders
package import Postgres

/// A report as the database keeps it.
package protocol StoredReport: ReportColumn {
  /// The columns of a row, the key first.
  static var columns: SQL { get }

  /// Where the rows of a period are.
  static func rows(of period: Period) -> SQL

  /// The column in SQL, as it is sorted by.
  var expression: SQL { get }

  /// Reads a row whose columns begin at `start`.
  static func read(_ row: Postgres.Row, from start: Int) throws(PostgresError) -> Row
}

extension CustomerColumn: StoredReport {
  package static let columns: SQL = "customer_id, customer_name, \(Sales.columns)"

  /// A customer has no rows of single days.
  package static func rows(of period: Period) -> SQL { "customer_report" }

  package var expression: SQL {
    switch self {
    case .customer: "customer_id"
    case .name: "coalesce(customer_name, '')"
    case .orders: "orders"
    case .totalQuantity: "total_quantity"
    case .totalAmount: "total_amount"
    }
  }

  package static func read(
    _ row: Postgres.Row, from start: Int
  ) throws(PostgresError) -> CustomerSales {
    CustomerSales(
      customer: try row.text(start), name: try row.optionalText(start + 1),
      sales: try Sales(row, from: start + 2))
  }
}

extension DayColumn: StoredReport {
  package static let columns: SQL = "to_char(day, 'YYYY-MM-DD'), \(Sales.columns)"

  package static func rows(of period: Period) -> SQL {
    guard period != .always else { return "sales_by_day" }
    return """
      (SELECT * FROM sales_by_day
        WHERE day BETWEEN \(period.firstDay)::date AND \(period.lastDay)::date) AS period
      """
  }

  package var expression: SQL {
    switch self {
    case .day: "day"
    case .orders: "orders"
    case .totalQuantity: "total_quantity"
    case .totalAmount: "total_amount"
    }
  }

  package static func read(
    _ row: Postgres.Row, from start: Int
  ) throws(PostgresError) -> DaySales {
    guard let day = Day(try row.text(start)) else {
      throw row.undecodable(start, expected: "a day")
    }
    return DaySales(day: day, sales: try Sales(row, from: start + 1))
  }
}

extension ProductColumn: StoredReport {
  package static let columns: SQL = "product_id, product_name, \(Sales.columns)"

  package static func rows(of period: Period) -> SQL {
    guard period != .always else { return "sales_by_product" }
    return "product_sales(\(period.firstDay)::date, \(period.lastDay)::date)"
  }

  package var expression: SQL {
    switch self {
    case .product: "product_id"
    case .name: "coalesce(product_name, '')"
    case .orders: "orders"
    case .totalQuantity: "total_quantity"
    case .totalAmount: "total_amount"
    }
  }

  package static func read(
    _ row: Postgres.Row, from start: Int
  ) throws(PostgresError) -> ProductSales {
    let product = try row.text(start)
    return ProductSales(
      product: product.isEmpty ? nil : product, name: try row.optionalText(start + 1),
      sales: try Sales(row, from: start + 2))
  }
}

extension Sales {
  fileprivate static let columns: SQL =
    "orders, total_quantity, total_amount, returned_quantity, returned_amount"

  fileprivate init(_ row: Postgres.Row, from start: Int) throws(PostgresError) {
    let returned = try row.int(start + 3)
    self.init(
      orders: try row.int(start), quantity: try row.int(start + 1),
      amount: try row.text(start + 2),
      returned: returned == 0
        ? nil : ReturnedGoods(quantity: returned, amount: try row.text(start + 4)))
  }
}

extension Period {
  // The calendar of the service ends at these days.
  fileprivate var firstDay: String { from?.text ?? "0001-01-01" }
  fileprivate var lastDay: String { to?.text ?? "9999-12-31" }
}
