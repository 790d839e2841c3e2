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

  /// Places an order under a new id; `actor` is named in its history.
  package func callAsFunction(
    _ order: NewOrder, by actor: String
  ) async throws(OrderError) -> PlacedOrder {
    try await orders.place(order, as: newID(), by: actor)
  }

  /// Places orders under new ids, each or all of them; the outcomes come in the order given.
  package func callAsFunction(
    _ orders: [NewOrder], _ mode: OrderBatch.Mode, by actor: String
  ) async throws(OrderError) -> [Result<PlacedOrder, OrderError>] {
    try await self.orders.place(orders.map { (newID(), $0) }, mode, by: actor)
  }

  private func newID() -> OrderID {
    var random = SystemRandomNumberGenerator()
    return OrderID(at: now(), using: &random)
  }
}
