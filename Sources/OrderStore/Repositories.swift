package import Orders
package import Postgres

/// What is stored, over the connections of one loop.
package struct Repositories {
  package let orders: OrderRepository
  package let products: ProductRepository
  package let customers: CustomerRepository
  package let stockSubscriptions: StockSubscriptionRepository
  package let report: ReportRepository
  package let feed: FeedRepository
  package let savedViews: SavedViewRepository
  package let answers: AnswerRepository
  /// Runs work without its effect.
  package let dryRuns: DryRuns
  /// Lets reads go to replicas; nil when there are none.
  package let copies: CopyReads?

  package init(_ database: Database, unknownCustomers: UnknownCustomers) {
    orders = OrderRepository(database, unknownCustomers: unknownCustomers)
    products = ProductRepository(database)
    customers = CustomerRepository(database)
    stockSubscriptions = StockSubscriptionRepository(database)
    report = ReportRepository(database)
    feed = FeedRepository(database)
    savedViews = SavedViewRepository(database)
    answers = AnswerRepository(database)
    dryRuns = DryRuns(database)
    copies = CopyReads(database)
  }
}
