package import HTTP
package import OrderService
package import Orders

/// What all contracts of one event loop do their work with; lives on that loop.
package struct Services {
  let stockWatch: WatchStock
  let customers: KeepCustomers
  let findProducts: FindProducts
  let keepProducts: KeepProducts
  let orders: OrderUseCases
  let report: ReadReport
  let patience: Patience
  /// What the router answers keyed requests with.
  package let answers: AnswerOnce
  /// Where the service is found when a request does not say how it was: `127.0.0.1:8080`.
  let address: String
  /// Is told of every request that the shop refused because the database was away.
  let inventoryUnavailable: (RequestID) -> Void
  /// Takes the hint that something may have happened to an order that is fulfilled outside.
  let processHint: (OrderReference) -> Void

  /// The services of one event loop.
  package init(
    stockWatch: WatchStock,
    customers: KeepCustomers, findProducts: FindProducts, keepProducts: KeepProducts,
    orders: OrderUseCases, report: ReadReport, patience: Patience, answers: AnswerOnce,
    address: String, inventoryUnavailable: @escaping (RequestID) -> Void,
    processHint: @escaping (OrderReference) -> Void
  ) {
    self.stockWatch = stockWatch
    self.customers = customers
    self.findProducts = findProducts
    self.keepProducts = keepProducts
    self.orders = orders
    self.report = report
    self.patience = patience
    self.answers = answers
    self.address = address
    self.inventoryUnavailable = inventoryUnavailable
    self.processHint = processHint
  }
}
