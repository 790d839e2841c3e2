public import OrderService

/// What all contracts of one event loop do their work with; lives on that loop.
public struct Services {
  let stockWatch: WatchStock
  let customers: KeepCustomers
  let findProducts: FindProducts
  let keepProducts: KeepProducts
  let orders: OrderUseCases
  let report: ReadReport

  /// The services of one event loop.
  public init(
    stockWatch: WatchStock,
    customers: KeepCustomers, findProducts: FindProducts, keepProducts: KeepProducts,
    orders: OrderUseCases, report: ReadReport
  ) {
    self.stockWatch = stockWatch
    self.customers = customers
    self.findProducts = findProducts
    self.keepProducts = keepProducts
    self.orders = orders
    self.report = report
  }
}
