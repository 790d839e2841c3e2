package import OrderStore
package import Orders

/// Changes what an order is about, as long as nobody has begun with it.
package struct EditOrder {
  private let orders: OrderRepository

  /// Editing in this repository.
  package init(orders: OrderRepository) { self.orders = orders }

  /// Sets new quantities; what is not named stays. `version`, when given, must be the current one.
  package func edit(
    _ key: OrderKey, _ changes: [LineChange], version: Int?, in scope: OrderScope = .all,
    by who: String
  ) async throws(OrderError) -> Order {
    try await orders.edit(key, changes, version: version, in: scope, by: who)
  }
}
