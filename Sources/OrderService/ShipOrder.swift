package import OrderStore
package import Orders

/// Says how an order travels.
package struct ShipOrder {
  private let orders: OrderRepository

  /// Shipping in this repository.
  package init(orders: OrderRepository) { self.orders = orders }

  /// Sets carrier and number, in every status. `version`, when given, must be the current one.
  package func ship(
    _ key: OrderKey, _ shipping: ShippingChange, version: Int?, in scope: OrderScope = .all,
    by who: String
  ) async throws(OrderError) -> Order {
    try await orders.ship(key, shipping, version: version, in: scope, by: who)
  }
}
