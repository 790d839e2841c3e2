/// Everything that can go wrong, in the words of the system; what a caller is told of it is each
/// contract's own affair.
public enum OrderError: Error, Equatable {
  /// There is no such product.
  case unknownProduct(String)
  /// Somebody else has changed it since the caller looked.
  case versionChanged
  /// The database cannot serve this now; nothing was changed.
  case unavailable
  /// The connection was lost at the commit: the change may or may not have happened.
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
