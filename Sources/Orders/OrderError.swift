/// Everything that can go wrong, in the words of the system; what a caller is told of it is each
/// contract's own affair.
package enum OrderError: Error, Equatable {
  /// There is no such product.
  case unknownProduct(String)
  /// There is no such order, or none that the caller may see.
  case unknownOrder
  /// There is no such customer.
  case unknownCustomer
  /// These products cannot be ordered: the catalogue does not know them, or no longer offers them.
  case notOrderable([ProductID])
  /// The order names a customer whom nobody has introduced, and may not introduce one.
  case customerNotIntroduced(CustomerID)
  /// There is less on the shelf than was asked for; these are all that are short.
  case outOfStock([Shortfall])
  /// The client's own name for the order means another one already.
  case referenceUsed(number: Int)
  /// The order's life cycle does not lead there.
  case cannotMove(from: OrderStatus, to: OrderStatus)
  /// Only the process outside that fulfils the order may change it.
  case notYoursToMove
  /// The lines of an order change only while it is new, and only where we keep the stock.
  case notEditable(OrderStatus)
  /// An order keeps at least one line.
  case emptied
  /// An order has no more than `NewOrder.allowedLines`.
  case tooManyLines
  /// Somebody else has changed it since the caller looked.
  case versionChanged
  /// The database cannot serve this now; nothing was changed.
  case unavailable
  /// The database takes no writes at present; nothing was changed.
  case readOnly
  /// The database did not do it in time and gave up; nothing was changed.
  case timedOut
  /// The connection was lost at the commit, or what was committed cannot be read: the change may or
  /// may not have happened.
  case outcomeUnknown
  /// Something of that name exists already: `product keyboard`.
  case idTaken(String)
  /// The adjustment would leave less than nothing of this stock.
  case stockBelowZero(stock: Int)
  /// The adjustment would leave more than a stock can hold.
  case stockTooLarge
  /// Our own fault; the detail is for the log alone.
  case failure(detail: String)
}

extension OrderError {
  /// Whether nothing was changed and the same may well succeed later.
  package var isPassing: Bool {
    switch self {
    case .unavailable, .readOnly, .timedOut: true
    default: false
    }
  }
}
