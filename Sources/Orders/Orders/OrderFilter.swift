/// Which orders a list contains, and how it is sorted.
package struct OrderFilter: Hashable, Sendable {
  /// By the time at which orders were placed.
  package enum Sort: String, CaseIterable, Sendable {
    /// Oldest first.
    case oldestFirst = "created_at"
    /// Newest first.
    case newestFirst = "-created_at"
  }

  /// Only orders in one of these statuses; empty for all.
  package var statuses: Set<OrderStatus> = []
  /// Only orders of this channel.
  package var channel: Channel?
  /// Only orders of this customer.
  package var customer: CustomerID?
  /// Only orders that contain this product.
  package var product: ProductID?
  /// Only orders that match all of these words.
  package var words: SearchWords?
  /// Only orders to which their clients gave this reference.
  package var reference: OrderReference?
  /// Only orders with a parcel under this number.
  package var trackingNumber: TrackingNumber?
  /// Only orders with this tag.
  package var tag: OrderTag?
  /// Only orders placed later than this.
  package var createdAfter: Timestamp?
  /// Only orders placed earlier than this.
  package var createdBefore: Timestamp?
  /// How the list is sorted.
  package var sort = Sort.newestFirst

  /// All orders, newest first.
  package init() {}
}

/// The position of an order in a list by time.
package struct OrderPosition: Comparable, Sendable {
  /// When it was placed.
  package let createdAt: Timestamp
  /// Its number, which decides between orders of the same time.
  package let number: Int

  /// A position in a list.
  package init(createdAt: Timestamp, number: Int) {
    self.createdAt = createdAt
    self.number = number
  }

  /// Sorts positions by time, and by number within the same time.
  package static func < (left: OrderPosition, right: OrderPosition) -> Bool {
    (left.createdAt, left.number) < (right.createdAt, right.number)
  }
}
