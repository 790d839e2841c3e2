/// The refresh that has made the reports.
package struct ReportRefresh: Equatable, Sendable {
  /// Counts refreshes; 0 while there was none.
  package let number: Int
  /// The moment as of which the reports are true.
  package let moment: Timestamp?

  /// A refresh.
  package init(number: Int, moment: Timestamp?) {
    self.number = number
    self.moment = moment
  }
}

/// Sums of completed orders.
package struct Sales: Equatable, Sendable {
  /// How many orders.
  package let orders: Int
  /// Units in them that have not come back.
  package let quantity: Int
  /// Their amount: digits, a point, two digits. In cents it may not fit 64 bits.
  package let amount: String
  /// The goods of these orders that came back, which the sums leave out; nil when nothing did.
  package let returned: ReturnedGoods?

  /// Sums.
  package init(orders: Int, quantity: Int, amount: String, returned: ReturnedGoods? = nil) {
    self.orders = orders
    self.quantity = quantity
    self.amount = amount
    self.returned = returned
  }
}

/// A column by which a report can be sorted.
package protocol ReportColumn: RawRepresentable<String>, CaseIterable, Equatable, Sendable {
  /// A row of the report.
  associatedtype Row: Equatable, Sendable

  /// The column that no two rows have the same value in.
  static var key: Self { get }
  /// How the report is sorted when nobody says how.
  static var standard: ReportSort<Self> { get }
  /// What it holds.
  var content: ReportContent { get }

  /// Its value in a row, as text; what is missing sorts as the empty text.
  func value(of row: Row) -> String
}

/// What a column of a report holds.
package enum ReportContent: Sendable {
  case text, count, amount, day

  /// Whether the column can contain the value.
  fileprivate func holds(_ value: String) -> Bool {
    switch self {
    case .text: true
    case .count: Int(value) != nil
    case .day: Day(value) != nil
    case .amount: Self.isAmount(value)
    }
  }

  private static func isAmount(_ value: String) -> Bool {
    let parts = value.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return value.utf8.count <= 32 && parts.count <= 2
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }
}

/// How the rows of a report are sorted.
package struct ReportSort<Column: ReportColumn>: Equatable, Sendable {
  /// The position of a row: its value in the column, as text, and its key.
  package struct Position: Equatable, Sendable {
    package let value: String
    /// Decides between rows of the same value.
    package let key: String

    fileprivate init(value: String, key: String) {
      self.value = value
      self.key = key
    }
  }

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

  /// Reads a position from its two texts; nil when a column cannot contain them.
  package func position(value: String, key: String) -> Position? {
    guard column.content.holds(value), Column.key.content.holds(key) else { return nil }
    return Position(value: value, key: key)
  }

  /// The position of a row.
  package func position(of row: Column.Row) -> Position {
    Position(value: column.value(of: row), key: Column.key.value(of: row))
  }
}
