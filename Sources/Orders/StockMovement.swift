/// One change of a product's stock and what brought it about; all of them add up to the stock.
package struct StockMovement: Equatable, Sendable {
  /// Where a movement stands among those of its product.
  package struct Position: Equatable, Sendable {
    /// When it happened.
    package let moment: Timestamp
    /// Tells movements of the same moment apart.
    package let number: Int

    /// A position.
    package init(moment: Timestamp, number: Int) {
      self.moment = moment
      self.number = number
    }
  }

  /// Where it stands.
  package let position: Position
  /// By how many units the stock changed.
  package let delta: Int
  /// What brought it about: `placed`, `edited` or `cancelled` by an order, `initial`, `adjusted`,
  /// or `direct` by somebody in the database.
  package let cause: String
  /// The order that brought it about.
  package let order: Int?
  /// What the person who adjusted it wrote.
  package let reason: String?
  /// Who did it; nil when nobody knows any more.
  package let who: String?

  /// A movement as it is stored.
  package init(
    position: Position, delta: Int, cause: String, order: Int?, reason: String?, who: String?
  ) {
    self.position = position
    self.delta = delta
    self.cause = cause
    self.order = order
    self.reason = reason
    self.who = who
  }
}

/// A change of stock by hand.
package struct StockAdjustment: Sendable {
  /// By how much stock can change at once: by all that it can hold.
  package static let allowedDelta =
    -Product.allowedStock.upperBound...Product.allowedStock.upperBound
  /// How many characters a reason may have.
  package static let allowedReasonLength = 1...200

  /// By how many units.
  package let delta: Int
  /// What for.
  package let reason: String?

  /// An adjustment, or nil when it changes nothing or too much, or its reason is too long.
  package init?(delta: Int, reason: String?) {
    guard delta != 0, Self.allowedDelta.contains(delta),
      reason?.isText(Self.allowedReasonLength) ?? true
    else { return nil }
    self.delta = delta
    self.reason = reason
  }
}
