package import OrderStore
package import Orders

/// Takes an order in: with its stock, its history and its customer, or not at all.
package struct PlaceOrder {
  private let orders: OrderRepository
  private let now: () -> Timestamp

  /// Placing into a repository; the clock is only there to make ids that are in order of time.
  package init(orders: OrderRepository, now: @escaping () -> Timestamp) {
    self.orders = orders
    self.now = now
  }

  /// Places an order under a new id.
  package func place(_ order: NewOrder, by who: String) async throws(OrderError) -> PlacedOrder {
    var random = SystemRandomNumberGenerator()
    return try await orders.place(order, as: OrderID(at: now(), using: &random), by: who)
  }
}
