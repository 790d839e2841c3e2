/// One step of an order's history.
package struct OrderEvent: Sendable {
  /// The word for what happened, as it is stored.
  package enum Kind: String, CaseIterable, Sendable {
    /// The order was placed, its lines, status or shipping changed, goods went out, or it was
    /// hidden.
    case placed, edited, moved, shipped, hidden
    /// Goods came back.
    case returned
    /// An update that changed no value.
    case touched
    /// It came from a file, as it is then.
    case imported
  }

  /// The version of the order that the step made.
  package let version: Int
  /// What happened.
  package let what: Kind
  /// The status before; nil when the order was placed.
  package let from: OrderStatus?
  /// The status after.
  package let to: OrderStatus
  /// Who did it.
  package let actor: String
  /// When.
  package let createdAt: Timestamp

  /// A step as it is stored.
  package init(
    version: Int, what: Kind, from: OrderStatus?, to: OrderStatus, actor: String,
    createdAt: Timestamp
  ) {
    self.version = version
    self.what = what
    self.from = from
    self.to = to
    self.actor = actor
    self.createdAt = createdAt
  }
}
