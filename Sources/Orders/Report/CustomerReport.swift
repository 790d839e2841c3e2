/// What one customer bought.
package struct CustomerSales: Equatable, Sendable {
  package let customer: String
  /// The name of the customer when the report was refreshed.
  package let name: String?
  package let sales: Sales

  /// A row of the report.
  package init(customer: String, name: String?, sales: Sales) {
    self.customer = customer
    self.name = name
    self.sales = sales
  }
}

/// What the report by customer can be sorted by.
package enum CustomerColumn: String, ReportColumn {
  /// The customer's id.
  case customer = "customer_id"
  /// The customer's name; rows without one come first.
  case name = "customer_name"
  /// How many orders.
  case orders
  /// Units in them.
  case totalQuantity = "total_quantity"
  /// Their amount.
  case totalAmount = "total_amount"

  package static let key = CustomerColumn.customer
  /// Those who bought most come first.
  package static let standard = ReportSort(column: CustomerColumn.totalAmount, descends: true)

  package var content: ReportContent {
    switch self {
    case .customer, .name: .text
    case .orders, .totalQuantity: .count
    case .totalAmount: .amount
    }
  }

  package func value(of row: CustomerSales) -> String {
    switch self {
    case .customer: row.customer
    case .name: row.name ?? ""
    case .orders: "\(row.sales.orders)"
    case .totalQuantity: "\(row.sales.quantity)"
    case .totalAmount: row.sales.amount
    }
  }
}
