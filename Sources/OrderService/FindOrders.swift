package import OrderStore
package import Orders

/// Looks at orders and their history.
package struct FindOrders {
  private let orders: OrderRepository

  /// A look through this repository.
  package init(orders: OrderRepository) { self.orders = orders }

  /// One order.
  package func find(
    _ key: OrderKey, in scope: OrderScope = .all
  ) async throws(OrderError) -> Order {
    guard let order = try await orders.find(key), scope.covers(order) else { throw .unknownOrder }
    return order
  }

  /// The order that clients of a channel call by this name of their own.
  package func find(
    _ reference: OrderReference, in channel: Channel
  ) async throws(OrderError) -> Order {
    guard let order = try await orders.find(reference, in: channel) else { throw .unknownOrder }
    return order
  }

  /// One page of the orders a filter lets through. Those of a customer whom nobody knows are not
  /// an empty list but a mistake, when `requiringCustomer` says so.
  package func list(
    _ filter: OrderFilter, after position: OrderPosition?, size: PageSize,
    requiringCustomer: Bool = false
  ) async throws(OrderError) -> Page<Order, OrderPosition> {
    let page = try await orders.list(filter, after: position, size: size)
    if requiringCustomer, page.entries.isEmpty, let customer = filter.customer,
      try await !orders.knows(customer)
    {
      throw .unknownCustomer
    }
    return page
  }

  /// What happened to an order, oldest first.
  package func history(
    of key: OrderKey, in scope: OrderScope = .all, after version: Int?, size: PageSize
  ) async throws(OrderError) -> Page<OrderEvent, Int> {
    try await orders.history(of: try await find(key, in: scope).id, after: version, size: size)
  }
}
