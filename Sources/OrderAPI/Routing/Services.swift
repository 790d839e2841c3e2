package import HTTP
package import OrderService
package import OrderStore
package import Orders

/// What all contracts of one event loop do their work with; lives on that loop.
package struct Services {
  let orders: OrderRepository
  let placeOrder: PlaceOrder
  let products: ProductRepository
  let customers: CustomerRepository
  let stockSubscriptions: StockSubscriptionRepository
  let report: ReportRepository
  /// How often the report is refreshed.
  let reportRefreshInterval: Duration
  let databaseRetry: DatabaseRetry
  /// What the router answers keyed requests with.
  package let answers: IdempotentAnswers
  /// Where the service is found when a request does not say how it was: `127.0.0.1:8080`.
  let address: String
  /// Is told of every request that the shop refused because the database was away.
  let inventoryUnavailable: (RequestID) -> Void
  /// Takes the hint that something may have happened to an order that is fulfilled outside.
  let processHint: (OrderReference) -> Void

  /// The services of one event loop.
  package init(
    orders: OrderRepository, placeOrder: PlaceOrder, products: ProductRepository,
    customers: CustomerRepository, stockSubscriptions: StockSubscriptionRepository,
    report: ReportRepository, reportRefreshInterval: Duration, databaseRetry: DatabaseRetry,
    answers: IdempotentAnswers, address: String,
    inventoryUnavailable: @escaping (RequestID) -> Void,
    processHint: @escaping (OrderReference) -> Void
  ) {
    self.orders = orders
    self.placeOrder = placeOrder
    self.products = products
    self.customers = customers
    self.stockSubscriptions = stockSubscriptions
    self.report = report
    self.reportRefreshInterval = reportRefreshInterval
    self.databaseRetry = databaseRetry
    self.answers = answers
    self.address = address
    self.inventoryUnavailable = inventoryUnavailable
    self.processHint = processHint
  }
}
