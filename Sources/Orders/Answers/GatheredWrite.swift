/// The kinds of writes that are gathered: all writes of a kind that wait at the same moment are
/// done by one statement.
package enum GatheredWrite: CaseIterable, Sendable {
  /// Placing an order.
  case placement
  /// Moving an order to another status.
  case move
}
