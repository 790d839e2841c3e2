package import EventLoop
package import HTTP
package import OrderService
package import OrderStore
package import Orders

/// What handlers work with, on one event loop. It is an object, so that handing it to a handler
/// costs one reference.
package final class Services {
  let orders: OrderRepository
  /// Lists of orders that are asked for again, in the form of the own API.
  let orderPages: OrderPages
  /// The same in the form of the fulfilment contract.
  let fulfilmentPages: OrderPages
  let placeOrder: PlaceOrder
  let products: ProductRepository
  let customers: CustomerRepository
  let stockSubscriptions: StockSubscriptionRepository
  let report: ReportRepository
  let feed: FeedHub
  let feedPlaces: StreamPlaces
  let exportPlaces: StreamPlaces
  /// Is told of everything that was written.
  let feedSignal: FeedSignal
  let tokens: TokenRepository
  let savedViews: SavedViewRepository
  /// Admits callers, and lets browsers log in and out.
  let gate: Gate
  /// How often the reports are refreshed.
  let reportRefreshInterval: Duration
  /// The currency of all amounts, if one is set.
  let currency: Currency?
  let databaseRetry: DatabaseRetry
  /// Stores the answers to requests with an idempotency key, and finds them again.
  let answers: IdempotentAnswers
  /// Runs handlers without their effect.
  let dryRuns: DryRuns
  /// Lets requests read from replicas; nil when there are none.
  let copies: CopyReads?
  /// Answers what the operators ask.
  let operations: Operations
  /// The address of the main port, for a request that names no host: `127.0.0.1:8080`.
  let address: String
  /// Called for every request that the shop refused because the database could not be reached.
  let inventoryUnavailable: (RequestID) -> Void
  /// Takes the hint that something may have happened to an order that is fulfilled outside.
  let processHint: (OrderReference) -> Void

  /// This moment.
  var now: Timestamp { Timestamp(microseconds: feed.loop.wallClock / 1_000) }

  /// The services of one event loop.
  package init(
    _ repositories: Repositories, gate: Gate, feedSignal: FeedSignal, feedPlaces: StreamPlaces,
    exportPlaces: StreamPlaces, reportRefreshInterval: Duration, currency: Currency?,
    databaseRetry: DatabaseRetry, operations: Operations, address: String,
    inventoryUnavailable: @escaping (RequestID) -> Void,
    processHint: @escaping (OrderReference) -> Void, on loop: EventLoop
  ) {
    orders = repositories.orders
    orderPages = OrderPages(orders, write: OrderRoutes.text)
    fulfilmentPages = OrderPages(orders, write: FulfilmentContract.text)
    placeOrder = PlaceOrder(
      orders: orders, now: { Timestamp(microseconds: loop.wallClock / 1_000) })
    products = repositories.products
    customers = repositories.customers
    stockSubscriptions = repositories.stockSubscriptions
    report = repositories.report
    feed = FeedHub(
      repositories.feed, signal: feedSignal, on: loop, render: EventStream.block)
    self.feedPlaces = feedPlaces
    self.exportPlaces = exportPlaces
    self.feedSignal = feedSignal
    tokens = gate.tokens
    savedViews = repositories.savedViews
    self.gate = gate
    self.reportRefreshInterval = reportRefreshInterval
    self.currency = currency
    self.databaseRetry = databaseRetry
    answers = IdempotentAnswers(
      answers: repositories.answers, now: { .nanoseconds(loop.now.nanoseconds) })
    dryRuns = repositories.dryRuns
    copies = repositories.copies
    self.operations = operations
    self.address = address
    self.inventoryUnavailable = inventoryUnavailable
    self.processHint = processHint
  }
}
