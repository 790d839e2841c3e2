/// Goods of an order that come back.
package struct NewReturn: Sendable {
  /// How many products one return may name.
  package static let allowedItems = NewOrder.allowedLines
  /// How many characters a reason may have.
  package static let allowedReasonLength = StockAdjustment.allowedReasonLength

  /// Units of one product.
  package struct Item: Equatable, Sendable {
    package let product: ProductID
    /// How many units.
    package let quantity: Quantity
    /// Whether they can be sold again.
    package let isRestocked: Bool

    /// Units of a product.
    package init(product: ProductID, quantity: Quantity, isRestocked: Bool) {
      self.product = product
      self.quantity = quantity
      self.isRestocked = isRestocked
    }
  }

  /// What comes back; each product is named once.
  package let items: [Item]
  /// Why.
  package let reason: String?

  /// A return, or nil when it has no item, too many, or a product twice, or too long a reason.
  package init?(items: [Item], reason: String?) {
    guard Self.allowedItems.contains(items.count),
      Set(items.map(\.product)).count == items.count,
      reason?.isText(Self.allowedReasonLength) ?? true
    else { return nil }
    self.items = items
    self.reason = reason
  }
}

/// Units of one product that have come back.
package struct OrderReturn: Sendable {
  /// The sequential number.
  package let number: Int
  /// The version of the order that the return made.
  package let version: Int
  /// The product; in orders of the storefront also one that our catalogue does not know.
  package let product: String
  /// How many units.
  package let quantity: Int
  /// Their amount: digits, a point, two digits.
  package let amount: String
  /// Whether they are in stock again.
  package let isRestocked: Bool
  /// How many of them had gone out in no shipment.
  package let neverShipped: Int
  /// Why.
  package let reason: String?
  /// Who took them back.
  package let actor: String
  /// When.
  package let createdAt: Timestamp

  /// A return as it is stored.
  package init(
    number: Int, version: Int, product: String, quantity: Int, amount: String, isRestocked: Bool,
    reason: String?, actor: String, createdAt: Timestamp, neverShipped: Int = 0
  ) {
    self.number = number
    self.version = version
    self.product = product
    self.quantity = quantity
    self.amount = amount
    self.isRestocked = isRestocked
    self.neverShipped = neverShipped
    self.reason = reason
    self.actor = actor
    self.createdAt = createdAt
  }
}

/// What has come back of an order altogether.
package struct ReturnedGoods: Equatable, Sendable {
  /// How many units.
  package let quantity: Int
  /// Their amount: digits, a point, two digits.
  package let amount: String

  /// Goods that have come back.
  package init(quantity: Int, amount: String) {
    self.quantity = quantity
    self.amount = amount
  }
}
