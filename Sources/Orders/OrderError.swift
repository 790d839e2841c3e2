/// Everything that can go wrong, in the words of the system; what a caller is told of it is each
/// contract's own affair.
public enum OrderError: Error, Equatable {
  /// There is no such product.
  case unknownProduct(String)
  /// Something of that name exists already: `product keyboard`.
  case idTaken(String)
  /// The change was meant for another version than the current one.
  case versionChanged(current: Int)
  /// The adjustment would have left less than nothing of this stock.
  case stockBelowZero(stock: Int)
  /// The adjustment would have left more than a stock can hold.
  case stockTooLarge
  /// The database cannot serve this now; nothing was changed.
  case unavailable
  /// The connection was lost at the commit: the change may or may not have happened.
  case outcomeUnknown
  /// Our own fault; the detail is for the log alone.
  case failure(detail: String)
}
