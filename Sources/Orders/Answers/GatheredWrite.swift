/// The kinds of writes that are gathered: all writes of a kind that wait at the same moment are
/// done by one statement.
package enum GatheredWrite: CaseIterable, Sendable {
  /// Placing an order.
  case placement
  /// Moving an order to another status.
  case move
  /// Placing many orders by one request.
  case placements
  /// Moving many orders by one request.
  case moves

  /// How many requests share a transaction at most. One with many writes is a batch by itself, and
  /// would gain nothing from others beside it.
  package var requestsMax: Int {
    switch self {
    case .placement, .move: 64
    case .placements, .moves: 1
    }
  }
}
