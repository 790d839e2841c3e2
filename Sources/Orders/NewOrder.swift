/// What somebody wants to order.
package struct NewOrder: Sendable {
  /// How many lines an order may have: more would be a bulk import, and hold locks for long.
  package static let allowedLines = 1...100

  /// What to do about a product of which there is not enough.
  package enum Shortage: String, Sendable {
    /// Refuse the order.
    case refuse
    /// Take the units that are there.
    case partial
    /// Leave out the whole product, as if it were not there at all; also one that nobody knows.
    case partialProducts = "partial_products"
  }

  /// Through which contract it comes.
  package let channel: Channel
  /// Whose it is; a customer nobody has introduced is made known by it. Nil for fulfilment alone.
  package let customer: CustomerID?
  /// The client's own name for it.
  package let reference: OrderReference?
  /// What to do when stock is short.
  package let shortage: Shortage
  /// What is ordered; nothing that we know of when it is to be fulfilled outside.
  package let lines: [NewLine]

  /// An order, or nil when it has no line or too many.
  package init?(
    channel: Channel, customer: CustomerID, reference: OrderReference?, shortage: Shortage,
    lines: [NewLine]
  ) {
    guard Self.allowedLines.contains(lines.count) else { return nil }
    self.channel = channel
    self.customer = customer
    self.reference = reference
    self.shortage = shortage
    self.lines = lines
  }

  /// An order that a process outside fulfils: to us only a name.
  package init(toFulfil reference: OrderReference) {
    channel = .fulfilment
    customer = nil
    self.reference = reference
    shortage = .refuse
    lines = []
  }
}

/// One line of an order that is to be placed.
package struct NewLine: Equatable, Sendable {
  /// How many characters the name of a free item may have.
  package static let allowedNameLength = 1...200

  /// How many characters the name of something in a catalogue elsewhere may have.
  package static let allowedForeignLength = 1...255

  /// What a line is about.
  package enum Item: Equatable, Sendable {
    /// Something of the catalogue; a price given here wins over the catalogue's.
    case product(ProductID, price: Money?)
    /// Something the catalogue does not know; it takes no stock.
    case free(name: String?, price: Money)
    /// Something of a catalogue that lives elsewhere; where ours knows it too, its price is ours.
    case foreign(id: String)
  }

  /// What it is about.
  package let item: Item
  /// How many units.
  package let quantity: Quantity

  /// A line, or nil when a price or a name is not what one may be.
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

/// How many units of a product an order shall have from now on.
package struct LineChange: Equatable, Sendable {
  /// What a line may be set to; 0 takes it out of the order.
  package static let allowedQuantity = 0...Quantity.allowed.upperBound

  /// The product.
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
