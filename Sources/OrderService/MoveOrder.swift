package import OrderStore
package import Orders

/// Moves an order along its life cycle.
package struct MoveOrder {
  private let orders: OrderRepository

  /// Moving in this repository.
  package init(orders: OrderRepository) { self.orders = orders }

  /// Moves to the next status, or cancels. `version`, when given, must be the current one.
  package func move(
    _ key: OrderKey, to status: OrderStatus, version: Int?, in scope: OrderScope = .all,
    by who: String
  ) async throws(OrderError) -> Order {
    try await orders.move(key, to: status, version: version, in: scope, by: who)
  }
}
