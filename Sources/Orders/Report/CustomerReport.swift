/// A row of the report: the sums of all completed orders of one customer.
package struct ReportRow: Equatable, Sendable {
  package let customer: String
  /// The name of the customer when the report was refreshed.
  package let name: String?
  /// How many orders.
  package let orders: Int
  /// Units in them that have not come back.
  package let totalQuantity: Int
  /// Their amount: digits, a point, two digits. In cents it may not fit 64 bits.
  package let totalAmount: String
  /// The goods of these orders that came back, which the sums leave out; nil when nothing did.
  package let returned: ReturnedGoods?

  /// A row of the report.
  package init(
    customer: String, name: String?, orders: Int, totalQuantity: Int, totalAmount: String,
    returned: ReturnedGoods? = nil
  ) {
    self.returned = returned
    self.customer = customer
    self.name = name
    self.orders = orders
    self.totalQuantity = totalQuantity
    self.totalAmount = totalAmount
  }
}

/// The refresh that has made a report.
package struct ReportRefresh: Equatable, Sendable {
  /// Counts refreshes; 0 while there was none.
  package let number: Int
  /// The moment as of which the report is true.
  package let moment: Timestamp?

  /// A refresh.
  package init(number: Int, moment: Timestamp?) {
    self.number = number
    self.moment = moment
  }
}

/// How the rows of the report are sorted.
package struct ReportSort: Equatable, Sendable {
  /// What to sort by.
  package enum Column: String, CaseIterable, Sendable {
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
  }

  /// The position of a row: its value in the column, as text, and its customer.
  package struct Position: Equatable, Sendable {
    package let value: String
    /// Decides between rows of the same value.
    package let customer: String

    package init(value: String, customer: String) {
      self.value = value
      self.customer = customer
    }
  }

  /// Those who bought most come first.
  package static let standard = ReportSort(column: .totalAmount, descends: true)

  /// What to sort by.
  package let column: Column
  /// Whether the largest come first.
  package let descends: Bool

  /// A sort order.
  package init(column: Column, descends: Bool) {
    self.column = column
    self.descends = descends
  }

  /// Reads a sort: the name of a column, with a minus before it when the largest come first.
  package init?(_ word: String) {
    let descends = word.hasPrefix("-")
    guard let column = Column(rawValue: String(word.dropFirst(descends ? 1 : 0))) else {
      return nil
    }
    self.init(column: column, descends: descends)
  }

  /// The word for it.
  package var word: String { (descends ? "-" : "") + column.rawValue }

  /// Reads a position from its two texts; nil when the column cannot contain the value.
  package func position(value: String, customer: String) -> Position? {
    switch column {
    case .customer, .name: break
    case .orders, .totalQuantity: guard Int(value) != nil else { return nil }
    case .totalAmount:
      let parts = value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard value.utf8.count <= 32, parts.count <= 2,
        parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } })
      else { return nil }
    }
    return Position(value: value, customer: customer)
  }

  /// The position of a row.
  package func position(of row: ReportRow) -> Position {
    let value =
      switch column {
      case .customer: row.customer
      case .name: row.name ?? ""
      case .orders: "\(row.orders)"
      case .totalQuantity: "\(row.totalQuantity)"
      case .totalAmount: row.totalAmount
      }
    return Position(value: value, customer: row.customer)
  }
}
