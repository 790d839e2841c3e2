/// What was sold on one day: the orders placed on it.
package struct DaySales: Equatable, Sendable {
  package let day: Day
  package let sales: Sales

  /// A row of the report.
  package init(day: Day, sales: Sales) {
    self.day = day
    self.sales = sales
  }
}

/// What the report by day can be sorted by.
package enum DayColumn: String, ReportColumn {
  /// The day.
  case day
  /// How many orders.
  case orders
  /// Units in them.
  case totalQuantity = "total_quantity"
  /// Their amount.
  case totalAmount = "total_amount"

  package static let key = DayColumn.day
  /// The newest day comes first.
  package static let standard = ReportSort(column: DayColumn.day, descends: true)

  package var content: ReportContent {
    switch self {
    case .day: .day
    case .orders, .totalQuantity: .count
    case .totalAmount: .amount
    }
  }

  package func value(of row: DaySales) -> String {
    switch self {
    case .day: row.day.text
    case .orders: "\(row.sales.orders)"
    case .totalQuantity: "\(row.sales.quantity)"
    case .totalAmount: row.sales.amount
    }
  }
}
