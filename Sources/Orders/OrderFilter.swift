/// Which orders a list is about, and in which order it shows them.
package struct OrderFilter: Sendable {
  /// By when they were placed.
  package enum Sort: String, CaseIterable, Sendable {
    /// Oldest first.
    case oldestFirst = "created_at"
    /// Newest first.
    case newestFirst = "-created_at"
  }

  /// Those in one of these; empty when all are meant.
  package var statuses: Set<OrderStatus> = []
  /// Those of one contract.
  package var channel: Channel?
  /// Those of one customer.
  package var customer: CustomerID?
  /// Those that hold a product.
  package var product: ProductID?
  /// Those placed later than this.
  package var createdAfter: Timestamp?
  /// Those placed earlier than this.
  package var createdBefore: Timestamp?
  /// In which order.
  package var sort = Sort.newestFirst

  /// All orders, newest first.
  package init() {}
}

/// Where an order stands in a list by time.
package struct OrderPosition: Comparable, Sendable {
  /// When it was placed.
  package let createdAt: Timestamp
  /// Its number, which tells apart what was placed in one moment.
  package let number: Int

  /// A place in a list.
  package init(createdAt: Timestamp, number: Int) {
    self.createdAt = createdAt
    self.number = number
  }

  /// Orders positions by time, and by number within one moment.
  package static func < (left: OrderPosition, right: OrderPosition) -> Bool {
    (left.createdAt, left.number) < (right.createdAt, right.number)
  }
}
