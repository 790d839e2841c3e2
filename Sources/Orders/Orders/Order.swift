/// An order as it is stored.
///
/// Its lines and their sum stay as the database has rendered them: they are written once and then
/// only shown, and the largest possible sum in cents does not fit 64 bits.
package struct Order: Sendable {
  /// The id, made when it was placed.
  package let id: OrderID
  /// The sequential number, for people and for the pages of lists.
  package let number: Int
  /// The contract through which it came.
  package let channel: Channel
  package let status: OrderStatus
  /// The customer's id; nil for the channel fulfilment.
  package let customer: String?
  /// The client's own id for it.
  package let reference: String?
  /// The lines as a JSON array.
  package let items: [UInt8]
  /// Units of all lines.
  package let totalQuantity: Int
  /// The amount of all lines: digits, a point, two digits.
  package let totalAmount: String
  /// The carrier and the tracking number, of the newest shipment if there are any.
  package let shipping: Shipping
  /// Where it goes, its note, its tags and what clients keep with it.
  package let extras: OrderExtras
  /// What has come back; nil when nothing has.
  package let returned: ReturnedGoods?
  /// How many units have gone out in shipments; nil when none have.
  package let shippedQuantity: Int?
  /// Grows by one with every change.
  package let version: Int
  /// When it was placed.
  package let createdAt: Timestamp
  /// When it last changed.
  package let updatedAt: Timestamp

  /// An order as it is stored.
  package init(
    id: OrderID, number: Int, channel: Channel, status: OrderStatus, customer: String?,
    reference: String?, items: [UInt8], totalQuantity: Int, totalAmount: String,
    shipping: Shipping, extras: OrderExtras = OrderExtras(), returned: ReturnedGoods? = nil,
    shippedQuantity: Int? = nil, version: Int, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.number = number
    self.channel = channel
    self.status = status
    self.customer = customer
    self.reference = reference
    self.items = items
    self.totalQuantity = totalQuantity
    self.totalAmount = totalAmount
    self.shipping = shipping
    self.extras = extras
    self.returned = returned
    self.shippedQuantity = shippedQuantity
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// The statuses that the warehouse may move it to; none if an external order process moves it.
  package var allowedStatuses: [OrderStatus] {
    if channel.kind == .process { return [] }
    // Goods that have gone out do not come back by a cancellation.
    return status.successors.filter { $0 != .cancelled || shippedQuantity == nil }
  }
}

/// Tells an order in one state from every other: orders with the same stamp are the same.
package struct OrderStamp: Hashable, Sendable {
  package let id: OrderID
  /// Grows by one with every change.
  package let version: Int
  /// When that was. After a fail-over that lost a change, another one can have made its version.
  package let updatedAt: Timestamp

  package init(id: OrderID, version: Int, updatedAt: Timestamp) {
    self.id = id
    self.version = version
    self.updatedAt = updatedAt
  }
}

extension Order {
  package var stamp: OrderStamp { OrderStamp(id: id, version: version, updatedAt: updatedAt) }

  /// Where it is in lists.
  package var position: OrderPosition { OrderPosition(createdAt: createdAt, number: number) }
}

/// An order that has just been placed, and what it asked for but did not get.
package struct PlacedOrder: Sendable {
  package let order: Order
  /// What it asked for and did not get; empty unless a part of the order may be placed.
  package let unavailable: [Shortfall]

  package init(order: Order, unavailable: [Shortfall]) {
    self.order = order
    self.unavailable = unavailable
  }
}
