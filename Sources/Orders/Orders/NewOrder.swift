/// An order that is to be placed.
package struct NewOrder: Sendable {
  /// How many lines an order may have. More would hold locks for too long.
  package static let allowedLines = 1...100

  /// What to do if there is not enough of a product.
  package enum Shortage: String, Sendable {
    /// Refuse the order.
    case refuse
    /// Take the units that are in stock.
    case partial
    /// Leave out every product that is short, and every unknown product.
    case partialProducts = "partial_products"
  }

  /// The contract through which it comes.
  package let channel: Channel
  /// The customer, who is added if they do not exist; nil only in the fulfilment channel.
  package let customer: CustomerID?
  /// The client's own id for it.
  package let reference: OrderReference?
  /// What to do if there is not enough stock.
  package let shortage: Shortage
  /// The lines; none in the fulfilment channel.
  package let lines: [NewLine]
  /// What the order has besides its lines: address, note, tags, metadata; nil when it has none.
  package let extras: ExtrasChange?

  /// An order, or nil when it has no line or too many lines.
  package init?(
    channel: Channel, customer: CustomerID, reference: OrderReference?, shortage: Shortage,
    lines: [NewLine], extras: ExtrasChange? = nil
  ) {
    guard Self.allowedLines.contains(lines.count) else { return nil }
    self.channel = channel
    self.customer = customer
    self.reference = reference
    self.shortage = shortage
    self.lines = lines
    self.extras = extras
  }

  /// An order that an external order process fulfils; it is only a reference.
  package init(toFulfil reference: OrderReference) {
    channel = .fulfilment
    customer = nil
    self.reference = reference
    shortage = .refuse
    lines = []
    extras = nil
  }
}

/// One line of an order that is to be placed.
package struct NewLine: Equatable, Sendable {
  /// How many characters the name of a free item may have.
  package static let allowedNameLength = 1...200

  /// How many characters the id of a product of another catalogue may have.
  package static let allowedForeignLength = 1...255

  /// What is ordered in a line.
  package enum Item: Equatable, Sendable {
    /// A product of the catalogue; a price that is given takes precedence over the catalogue's.
    case product(ProductID, price: Money?)
    /// An item that is not in the catalogue; it takes no stock.
    case free(name: String?, price: Money)
    /// A product of another catalogue. If ours has a product with this id, the line gets our price.
    case foreign(id: String)
  }

  /// What is ordered.
  package let item: Item
  /// How many units.
  package let quantity: Quantity

  /// A line, or nil when a price or a name is not allowed.
  package init?(_ item: Item, quantity: Quantity) {
    switch item {
    case .product(_, let price):
      guard price.map(Money.allowed.contains) ?? true else { return nil }
    case .free(let name, let price):
      guard name?.isText(Self.allowedNameLength) ?? true, Money.allowed.contains(price) else {
        return nil
      }
    case .foreign(let id):
      guard id.isText(Self.allowedForeignLength) else { return nil }
    }
    self.item = item
    self.quantity = quantity
  }
}

/// A new quantity of a product in an order.
package struct LineChange: Equatable, Sendable {
  /// The quantities that may be set; 0 removes the product from the order.
  package static let allowedQuantity = 0...Quantity.allowed.upperBound

  package let product: ProductID
  /// The new quantity, not a difference.
  package let quantity: Int

  /// A change, or nil when the quantity is not allowed.
  package init?(_ product: ProductID, quantity: Int) {
    guard Self.allowedQuantity.contains(quantity) else { return nil }
    self.product = product
    self.quantity = quantity
  }
}

/// What is to change of an order.
package struct OrderChange: Equatable, Sendable {
  /// New quantities of products, for an order that is still new; the other products keep theirs.
  package let lines: [LineChange]
  /// What is to change beside the lines; nil when nothing is.
  package let extras: ExtrasChange?

  /// A change of lines, or of what is beside them.
  package init(lines: [LineChange], extras: ExtrasChange? = nil) {
    self.lines = lines
    self.extras = extras
  }
}
