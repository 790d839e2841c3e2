package import OrderStore
package import Orders

/// Takes an order back.
package struct CancelOrder {
  private let orders: OrderRepository

  /// Cancelling in this repository.
  package init(orders: OrderRepository) { self.orders = orders }

  /// Cancels, and returns the stock. What is cancelled already stays so, and nothing happens twice:
  /// whoever asks again wants what he has.
  package func cancel(
    _ key: OrderKey, version: Int?, in scope: OrderScope = .all, by who: String
  ) async throws(OrderError) -> Order {
    do {
      return try await orders.move(key, to: .cancelled, version: version, in: scope, by: who)
    } catch .cannotMove(from: .cancelled, to: .cancelled) {
      guard let order = try await orders.find(key) else { throw .unknownOrder }
      return order
    }
  }
}
