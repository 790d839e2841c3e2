/// Goods of an order that go out in one parcel.
package struct NewShipment: Sendable {
  /// How many items one shipment may name.
  package static let allowedItems = NewOrder.allowedLines
  /// How many characters the id of a product may have; the storefront has a catalogue of its own.
  package static let allowedProductLength = 1...255
  /// How many parcels an order may have.
  package static let allowedNumber = 1...1000

  /// Units of one product, or of the free items of one name.
  package struct Item: Equatable, Sendable {
    /// The product; nil for free items.
    package let product: String?
    /// What the free items are called; nil for those without a name, and for products.
    package let name: String?
    /// How many units.
    package let quantity: Quantity

    /// Units of an order.
    package init(product: String?, name: String?, quantity: Quantity) {
      self.product = product
      self.name = product == nil ? name : nil
      self.quantity = quantity
    }
  }

  /// Who carries it, and the carrier's number for it.
  package let shipping: Shipping
  /// What is in it, each named once; nil for everything that is still to go out.
  package let items: [Item]?

  /// A shipment, or nil when it has no item, too many or one twice, or a text is not allowed.
  package init?(shipping: Shipping, items: [Item]?) {
    for case let text? in [shipping.carrier, shipping.trackingNumber] {
      guard text.isText(Shipping.allowedLength) else { return nil }
    }
    if let items {
      guard Self.allowedItems.contains(items.count),
        Set(items.map { [$0.product, $0.name] }).count == items.count
      else { return nil }
    }
    self.shipping = shipping
    self.items = items
  }
}

/// A parcel of an order.
package struct Shipment: Sendable {
  /// Which parcel of the order it is.
  package let number: Int
  /// The version of the order that the shipment made.
  package let version: Int
  /// Who carries it, and the carrier's number for it.
  package let shipping: Shipping
  /// What is in it, as a JSON array.
  package let items: [UInt8]
  /// How many units are in it.
  package let quantity: Int
  /// Who sent it out.
  package let actor: String
  /// When.
  package let createdAt: Timestamp

  /// A shipment as it is stored.
  package init(
    number: Int, version: Int, shipping: Shipping, items: [UInt8], quantity: Int, actor: String,
    createdAt: Timestamp
  ) {
    self.number = number
    self.version = version
    self.shipping = shipping
    self.items = items
    self.quantity = quantity
    self.actor = actor
    self.createdAt = createdAt
  }
}

/// What the warehouse puts beside the goods.
package struct PackingSlip: Sendable {
  package let order: Order
  /// The parcel that it is for; nil when it is for the whole order.
  package let shipment: Shipment?
  /// The goods, as a JSON array: how many were ordered, have gone out and are to go out.
  package let lines: [UInt8]

  /// A slip as the database has rendered it.
  package init(order: Order, shipment: Shipment?, lines: [UInt8]) {
    self.order = order
    self.shipment = shipment
    self.lines = lines
  }
}

/// An item of a shipment of which fewer units are to go out.
package struct ExcessItem: Equatable, Sendable {
  /// Its place in the request, from 0 on.
  package let item: Int
  /// How many units were to go out.
  package let requested: Int
  /// How many there are.
  package let available: Int

  /// An item and both numbers.
  package init(item: Int, requested: Int, available: Int) {
    self.item = item
    self.requested = requested
    self.available = available
  }
}

/// A product of which an order must keep what has been shipped.
package struct ShippedProduct: Equatable, Sendable {
  package let product: ProductID
  /// How many units the order was to have.
  package let requested: Int
  /// How many have been shipped.
  package let shipped: Int

  /// A product and both numbers.
  package init(product: ProductID, requested: Int, shipped: Int) {
    self.product = product
    self.requested = requested
    self.shipped = shipped
  }
}
