/// Kinds of writes that are gathered: what waits at the same moment is done by one statement.
package enum GatheredWrite: CaseIterable, Sendable {
  /// Placing an order.
  case placement
  /// Moving an order to another status.
  case move
}
