/// One step of an order's history.
package struct OrderEvent: Sendable {
  /// The version of the order that the step made.
  package let version: Int
  /// What happened: `placed`, `edited`, `moved`, `shipped`, `hidden` or `touched`.
  package let what: String
  /// The status before; nil when the order was placed.
  package let from: OrderStatus?
  /// The status after.
  package let to: OrderStatus
  /// Who did it.
  package let who: String
  /// When.
  package let createdAt: Timestamp

  /// A step as it is stored.
  package init(
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
