/// An order as it is stored.
///
/// Its lines and their sum stay as the database rendered them: they are written once and only ever
/// shown, and the sum of a hundred of the largest lines is more than 64 bits of cents hold.
package struct Order: Sendable {
  /// The name, made when it was placed.
  package let id: OrderID
  /// The sequential number, for people and for pages.
  package let number: Int
  /// Through which contract it came.
  package let channel: Channel
  /// Where it stands.
  package let status: OrderStatus
  /// Whose it is; an order to be fulfilled outside is nobody's.
  package let customer: String?
  /// The client's own name for it.
  package let reference: String?
  /// The lines as a JSON array.
  package let items: [UInt8]
  /// Units of all lines.
  package let totalQuantity: Int
  /// The amount of all lines: digits, a point, two digits.
  package let totalAmount: String
  /// Who carries it.
  package let shipping: Shipping
  /// Moves by one with every change.
  package let version: Int
  /// When it was placed.
  package let createdAt: Timestamp
  /// When it last changed.
  package let updatedAt: Timestamp

  /// An order as it is stored.
  package init(
    id: OrderID, number: Int, channel: Channel, status: OrderStatus, customer: String?,
    reference: String?, items: [UInt8], totalQuantity: Int, totalAmount: String,
    shipping: Shipping, version: Int, createdAt: Timestamp, updatedAt: Timestamp
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
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// What the warehouse may make of it next; an order of an outside process is not ours to move.
  package var allowedStatuses: [OrderStatus] { channel == .fulfilment ? [] : status.successors }
}

/// An order that has just been placed, and what of it could not be had.
package struct PlacedOrder: Sendable {
  /// The order.
  package let order: Order
  /// What was asked for and is not in it; empty unless a shortage may be met in part.
  package let unavailable: [Shortfall]

  /// A placed order.
  package init(order: Order, unavailable: [Shortfall]) {
    self.order = order
    self.unavailable = unavailable
  }
}
