package import OrderStore
package import Orders

/// Takes an order out of the sight of the channel it came through.
package struct HideOrder {
  private let orders: OrderRepository

  /// Hiding in this repository.
  package init(orders: OrderRepository) { self.orders = orders }

  /// Hides an order; who looks for it in that channel from now on finds none.
  package func hide(_ key: OrderKey, in scope: OrderScope, by who: String) async throws(OrderError)
  {
    _ = try await orders.hide(key, version: nil, in: scope, by: who)
  }
}
