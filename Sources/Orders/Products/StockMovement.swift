/// One change of a product's stock. All of them add up to the stock.
package struct StockMovement: Equatable, Sendable {
  /// The word for the cause of a movement, as it is stored.
  package enum Cause: String, CaseIterable, Sendable {
    /// An order was placed, edited or cancelled, or goods of it came back.
    case placed, edited, cancelled, returned
    /// The product was added with this stock.
    case initial
    /// The stock was adjusted through the service.
    case adjusted
    /// Somebody updated the product in the database.
    case direct
  }

  /// The position of a movement among those of its product.
  package struct Position: Equatable, Sendable {
    /// When it happened.
    package let moment: Timestamp
    /// Decides between movements of the same time.
    package let number: Int

    package init(moment: Timestamp, number: Int) {
      self.moment = moment
      self.number = number
    }
  }

  package let position: Position
  /// By how many units the stock changed.
  package let delta: Int
  package let cause: Cause
  /// The number of the order that caused it.
  package let order: Int?
  /// The reason that was given for an adjustment.
  package let reason: String?
  /// Who did it; nil when that is not known.
  package let actor: String?

  /// A movement as it is stored.
  package init(
    position: Position, delta: Int, cause: Cause, order: Int?, reason: String?, actor: String?
  ) {
    self.position = position
    self.delta = delta
    self.cause = cause
    self.order = order
    self.reason = reason
    self.actor = actor
  }
}

/// A change of stock by hand.
package struct StockAdjustment: Sendable {
  /// By how much a stock may change at once.
  package static let allowedDelta =
    -Product.allowedStock.upperBound...Product.allowedStock.upperBound
  /// How many characters a reason may have.
  package static let allowedReasonLength = 1...200

  /// The number of units to add, or to take when it is negative.
  package let delta: Int
  package let reason: String?

  /// An adjustment, or nil when it changes nothing, changes too much or has too long a reason.
  package init?(delta: Int, reason: String?) {
    guard delta != 0, Self.allowedDelta.contains(delta),
      reason?.isText(Self.allowedReasonLength) ?? true
    else { return nil }
    self.delta = delta
    self.reason = reason
  }
}

/// A stock take: how many units were counted.
package struct StockCount: Sendable {
  /// The units that were counted.
  package let count: Int
  package let reason: String?

  /// A count, or nil when the number is not allowed or the reason is too long.
  package init?(count: Int, reason: String?) {
    guard Product.allowedStock.contains(count),
      reason?.isText(StockAdjustment.allowedReasonLength) ?? true
    else { return nil }
    self.count = count
    self.reason = reason
  }
}

/// Changes of many stocks at once: goods that have come in.
package struct StockAdjustments: Sendable {
  /// How many products one call may name. More would hold locks for too long.
  package static let allowedProducts = 1...500

  /// The products, each named once.
  package let products: [ProductID]
  /// The units to add to each, or to take when negative.
  package let deltas: [Int]
  package let reason: String?

  /// Changes, or nil when a product is named twice, or a number or the reason is not allowed.
  package init?(_ changes: [(product: ProductID, delta: Int)], reason: String?) {
    guard Self.allowedProducts.contains(changes.count),
      Set(changes.map(\.product)).count == changes.count,
      changes.allSatisfy({ $0.delta != 0 && StockAdjustment.allowedDelta.contains($0.delta) }),
      reason?.isText(StockAdjustment.allowedReasonLength) ?? true
    else { return nil }
    products = changes.map(\.product)
    deltas = changes.map(\.delta)
    self.reason = reason
  }
}
