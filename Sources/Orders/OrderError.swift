/// Everything that can go wrong, in the terms of the system. Each contract decides what a caller is
/// told about it.
package enum OrderError: Error, Equatable {
  /// There is no such product.
  case unknownProduct(String)
  /// There is no such order, or the caller may not see it.
  case unknownOrder
  /// There is no such customer.
  case unknownCustomer
  /// These products cannot be ordered: they are unknown or retired.
  case notOrderable([ProductID])
  /// The order names a customer who does not exist, and orders may not add customers.
  case customerNotIntroduced(CustomerID)
  /// There is less in stock than was asked for; these are all products that are short.
  case outOfStock([Shortfall])
  /// Another order has this reference already.
  case referenceUsed(number: Int)
  /// The order's life cycle does not allow this move.
  case cannotMove(from: OrderStatus, to: OrderStatus)
  /// Only the external order process that fulfils the order may change it.
  case notYoursToMove
  /// The lines of an order can change only while it is new, and only if it takes stock.
  case notEditable(OrderStatus)
  /// Goods can be returned only from completed orders.
  case notReturnable(OrderStatus)
  /// The return has more units than the order has left after earlier returns.
  case tooManyReturned([Shortfall])
  /// Nothing goes out of an order that is cancelled or failed.
  case notShippable(OrderStatus)
  /// The shipment has more units than are still to go out.
  case tooManyShipped([ExcessItem])
  /// Everything has gone out.
  case nothingToShip
  /// An order must not have more than `NewShipment.allowedNumber`.
  case tooManyShipments
  /// The change would take goods out of the order that have been shipped; an order that is to be
  /// cancelled names no products.
  case alreadyShipped([ShippedProduct])
  /// An order must keep at least one line.
  case emptied
  /// An order must not have more than `NewOrder.allowedLines`.
  case tooManyLines
  /// The order, product or customer has changed since the caller read it.
  case versionChanged
  /// The database is not available now; nothing was changed.
  case unavailable
  /// The database accepts no writes now; nothing was changed.
  case readOnly
  /// The database took too long and rolled back; nothing was changed.
  case timedOut
  /// The connection was lost at the commit, or the answer cannot be read: the change may or may not
  /// have been made. The detail is for the log only.
  case outcomeUnknown(detail: String)
  /// Something with this id exists already: `product keyboard`.
  case idTaken(String)
  /// The adjustment would make this stock negative.
  case stockBelowZero(stock: Int)
  /// The adjustment would make the stock larger than allowed.
  case stockTooLarge
  /// It is the only token of an admin that is valid.
  case lastAdmin
  /// The token is revoked or has expired.
  case tokenEnded
  /// The caller, or all callers together, have as many saved views as are allowed.
  case tooManyViews
  /// The position in the feed belongs to a history that no longer exists: the database was
  /// restored, or lost commits in a fail-over.
  case historyChanged
  /// A fault of the service; the detail is for the log only.
  case failure(detail: String)
}

extension OrderError {
  /// Whether nothing was changed and the same may succeed later.
  package var isPassing: Bool {
    switch self {
    case .unavailable, .readOnly, .timedOut: true
    default: false
    }
  }

  /// Whether the change may have been made.
  package var isOutcomeUnknown: Bool {
    if case .outcomeUnknown = self { true } else { false }
  }
}
