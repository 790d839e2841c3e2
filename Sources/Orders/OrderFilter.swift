/// Which orders a list is about, and in which order it shows them.
public struct OrderFilter: Sendable {
  /// By when they were placed.
  public enum Sort: String, CaseIterable, Sendable {
    /// Oldest first.
    case oldestFirst = "created_at"
    /// Newest first.
    case newestFirst = "-created_at"
  }

  /// Those in one of these; empty when all are meant.
  public var statuses: Set<OrderStatus> = []
  /// Those of one contract.
  public var channel: Channel?
  /// Those of one customer.
  public var customer: CustomerID?
  /// Those that hold a product.
  public var product: ProductID?
  /// Those placed later than this.
  public var createdAfter: Timestamp?
  /// Those placed earlier than this.
  public var createdBefore: Timestamp?
  /// In which order.
  public var sort = Sort.newestFirst

  /// All orders, newest first.
  public init() {}
}

/// Where an order stands in a list by time.
public struct OrderPosition: Comparable, Sendable {
  /// When it was placed.
  public let createdAt: Timestamp
  /// Its number, which tells apart what was placed in one moment.
  public let number: Int

  /// A place in a list.
  public init(createdAt: Timestamp, number: Int) {
    self.createdAt = createdAt
    self.number = number
  }

  /// Orders positions by time, and by number within one moment.
  public static func < (left: OrderPosition, right: OrderPosition) -> Bool {
    (left.createdAt, left.number) < (right.createdAt, right.number)
  }
}
