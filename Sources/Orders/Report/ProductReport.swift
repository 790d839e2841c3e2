/// What was sold of one product.
package struct ProductSales: Equatable, Sendable {
  /// The product; nil for lines that name none.
  package let product: String?
  /// What the catalogue called it when the report was refreshed.
  package let name: String?
  package let sales: Sales

  /// A row of the report.
  package init(product: String?, name: String?, sales: Sales) {
    self.product = product
    self.name = name
    self.sales = sales
  }
}

/// What the report by product can be sorted by.
package enum ProductColumn: String, ReportColumn {
  /// The product's id; lines that name no product come first.
  case product = "product_id"
  /// The product's name; rows without one come first.
  case name = "product_name"
  /// How many orders.
  case orders
  /// Units in them.
  case totalQuantity = "total_quantity"
  /// Their amount.
  case totalAmount = "total_amount"

  package static let key = ProductColumn.product
  /// What sold best comes first.
  package static let standard = ReportSort(column: ProductColumn.totalAmount, descends: true)

  package var content: ReportContent {
    switch self {
    case .product, .name: .text
    case .orders, .totalQuantity: .count
    case .totalAmount: .amount
    }
  }

  package func value(of row: ProductSales) -> String {
    switch self {
    case .product: row.product ?? ""
    case .name: row.name ?? ""
    case .orders: "\(row.sales.orders)"
    case .totalQuantity: "\(row.sales.quantity)"
    case .totalAmount: row.sales.amount
    }
  }
}
