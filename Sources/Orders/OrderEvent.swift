/// One step of an order's history.
public struct OrderEvent: Sendable {
  /// The version of the order that the step made.
  public let version: Int
  /// What happened: `placed`, `edited`, `moved`, `shipped`, `hidden` or `touched`.
  public let what: String
  /// The status before; nil when the order was placed.
  public let from: OrderStatus?
  /// The status after.
  public let to: OrderStatus
  /// Who did it.
  public let who: String
  /// When.
  public let createdAt: Timestamp

  /// A step as it is stored.
  public init(
    version: Int, what: String, from: OrderStatus?, to: OrderStatus, who: String,
    createdAt: Timestamp
  ) {
    self.version = version
    self.what = what
    self.from = from
    self.to = to
    self.who = who
    self.createdAt = createdAt
  }
}
