package import OrderStore
package import Orders

/// Remembers who wants to hear that a product is back.
package struct WatchStock {
  private let subscriptions: StockSubscriptionRepository

  /// A watch kept in this repository.
  package init(subscriptions: StockSubscriptionRepository) { self.subscriptions = subscriptions }

  /// Lets a customer wait for a product. Who waits for it already goes on waiting; who asks while
  /// it is in stock waits until it has sold out and come back.
  package func subscribe(
    _ customer: Customer, to product: String
  ) async throws(OrderError) -> StockSubscription {
    guard let id = ProductID(product),
      let subscription = try await subscriptions.add(customer.id, for: id)
    else { throw .unknownProduct(product) }
    return subscription
  }
}
