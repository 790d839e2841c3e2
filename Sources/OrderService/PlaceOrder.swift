package import OrderStore
package import Orders

/// Places an order: with its stock, its history and its customer, or not at all.
package struct PlaceOrder {
  private let orders: OrderRepository
  private let now: () -> Timestamp

  /// Places into a repository. Ids are made from the clock, so that they sort by time.
  package init(orders: OrderRepository, now: @escaping () -> Timestamp) {
    self.orders = orders
    self.now = now
  }

  /// Places an order under a new id; `who` is named in its history.
  package func callAsFunction(
    _ order: NewOrder, by actor: String
  ) async throws(OrderError) -> PlacedOrder {
    var random = SystemRandomNumberGenerator()
    return try await orders.place(order, as: OrderID(at: now(), using: &random), by: actor)
  }
}
