/// An order as it is stored.
///
/// Its lines and their sum stay as the database rendered them: they are written once and only ever
/// shown, and the sum of a hundred of the largest lines is more than 64 bits of cents hold.
public struct Order: Sendable {
  /// The name, made when it was placed.
  public let id: OrderID
  /// The sequential number, for people and for pages.
  public let number: Int
  /// Through which contract it came.
  public let channel: Channel
  /// Where it stands.
  public let status: OrderStatus
  /// Whose it is; an order to be fulfilled outside is nobody's.
  public let customer: String?
  /// The client's own name for it.
  public let reference: String?
  /// The lines as a JSON array.
  public let items: [UInt8]
  /// Units of all lines.
  public let totalQuantity: Int
  /// The amount of all lines: digits, a point, two digits.
  public let totalAmount: String
  /// Who carries it.
  public let shipping: Shipping
  /// Moves by one with every change.
  public let version: Int
  /// When it was placed.
  public let createdAt: Timestamp
  /// When it last changed.
  public let updatedAt: Timestamp

  /// An order as it is stored.
  public init(
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
  public var allowedStatuses: [OrderStatus] { channel == .fulfilment ? [] : status.successors }
}

/// An order that has just been placed, and what of it could not be had.
public struct PlacedOrder: Sendable {
  /// The order.
  public let order: Order
  /// What was asked for and is not in it; empty unless a shortage may be met in part.
  public let unavailable: [Shortfall]

  /// A placed order.
  public init(order: Order, unavailable: [Shortfall]) {
    self.order = order
    self.unavailable = unavailable
  }
}
