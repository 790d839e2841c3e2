/// One event of the feed: that something happened, and to what.
package struct FeedEvent: Sendable {
  /// What happened, in the feed's words.
  package enum Kind: String, CaseIterable, Sendable {
    case orderPlaced = "order.placed"
    case orderEdited = "order.edited"
    case orderMoved = "order.moved"
    case orderShipped = "order.shipped"
    case orderCancelled = "order.cancelled"
    /// Goods came back.
    case orderReturned = "order.returned"
    /// Its own channel no longer shows it.
    case orderHidden = "order.hidden"
    /// An update that changed no value but the version.
    case orderTouched = "order.touched"
    /// It came from a file, as it is then: whoever is told of new orders need not hear of it.
    case orderImported = "order.imported"
    /// A stock changed for any reason but a new order, such as by hand, by an order that was
    /// edited, cancelled or returned, or as the first stock of a product. What a new order takes is
    /// told by `orderPlaced`.
    case stockAdjusted = "stock.adjusted"
    case productCreated = "product.created"
    case productChanged = "product.changed"
    case productRetired = "product.retired"
    case productReinstated = "product.reinstated"
    /// The stock of the product has fallen to its reorder level.
    case productLowStock = "product.low_stock"
    case productImported = "product.imported"
    case customerCreated = "customer.created"
    case customerChanged = "customer.changed"
    case customerImported = "customer.imported"
  }

  /// What it happened to.
  package enum Subject: Sendable {
    case order(ChangedOrder)
    case stock(ChangedStock)
    case product(ProductID, version: Int)
    case customer(CustomerID, version: Int)
  }

  /// The position of the event; a reader continues after it.
  package let cursor: FeedCursor
  package let kind: Kind
  package let occurredAt: Timestamp
  /// Who did it.
  package let actor: String
  package let subject: Subject
  /// The order as it is when the event is read, if that was asked for.
  package let orderNow: Order?

  package init(
    cursor: FeedCursor, kind: Kind, occurredAt: Timestamp, actor: String, subject: Subject,
    orderNow: Order? = nil
  ) {
    self.cursor = cursor
    self.kind = kind
    self.occurredAt = occurredAt
    self.actor = actor
    self.subject = subject
    self.orderNow = orderNow
  }

  /// The channel of the order that it is about.
  package var channel: Channel? {
    if case .order(let order) = subject { order.channel } else { nil }
  }
}

/// What an event says about its order.
package struct ChangedOrder: Sendable {
  package let id: OrderID
  package let number: Int
  package let channel: Channel
  /// The version of the order after the event.
  package let version: Int
  package let reference: String?
  package let customer: String?
  /// The status before; nil when the order was placed.
  package let from: OrderStatus?
  /// The status after.
  package let to: OrderStatus

  package init(
    id: OrderID, number: Int, channel: Channel, version: Int, reference: String?,
    customer: String?, from: OrderStatus?, to: OrderStatus
  ) {
    self.id = id
    self.number = number
    self.channel = channel
    self.version = version
    self.reference = reference
    self.customer = customer
    self.from = from
    self.to = to
  }
}

/// What an event says about a stock.
package struct ChangedStock: Sendable {
  package let product: ProductID
  /// By how many units the stock changed.
  package let delta: Int
  package let cause: StockMovement.Cause
  /// The number of the order that was edited or cancelled.
  package let order: Int?
  /// The reason that was given for an adjustment.
  package let reason: String?

  package init(
    product: ProductID, delta: Int, cause: StockMovement.Cause, order: Int?, reason: String?
  ) {
    self.product = product
    self.delta = delta
    self.cause = cause
    self.order = order
    self.reason = reason
  }
}
