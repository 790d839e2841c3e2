import HTTP
import JSON
import OrderStore
import Orders
package import Postgres

/// Where exports read.
package struct ExportSource {
  let orders: OrderRepository
  let products: ProductRepository
  let customers: CustomerRepository
  let feed: FeedRepository

  /// An export of a database, without HTTP around it.
  ///
  /// - Parameter query: As in the address of the route: `status=new&after=1042`.
  /// - Throws: An `ExportRefusal` when the query cannot be read, or names what is not there.
  package static func export(
    _ kind: ExportKind, _ query: String, from database: Database
  ) async throws -> Export {
    let source = ExportSource(
      orders: OrderRepository(database), products: ProductRepository(database),
      customers: CustomerRepository(database), feed: FeedRepository(database))
    do {
      let parameters = try Parameters(
        Array(query.utf8)[...], known: ExportRoutes.About.of(kind).queryNames)
      var export = try await source.export(
        kind, ExportWish(parameters: parameters, preferred: { .ndjson }, place: nil))
      if query.isEmpty {
        if let table = kind.table {
          export.expectedRows = try await database.estimatedRows(of: table)
        } else {
          export.expectedRows = export.cursor.position
        }
      }
      return export
    } catch {
      throw ExportRefusal(Failure(error))
    }
  }

  func export(_ kind: ExportKind, _ wish: ExportWish) async throws -> Export {
    var wish = wish
    switch kind {
    case .orders: return try await exportOrders(&wish)
    case .customers: return try await exportCustomers(&wish)
    case .products:
      return try await exportProducts(&wish) { type in
        ExportForm(type, columns: Product.columns, json: \.self) { $0.writeColumns(to: &$1) }
      }
    case .stock:
      return try await exportProducts(&wish) { type in
        ExportForm(type, columns: StockLevel.columns, json: StockLevel.init) {
          StockLevel($0).writeColumns(to: &$1)
        }
      }
    case .events: return try await exportEvents(&wish)
    }
  }

  private func exportOrders(_ wish: inout ExportWish) async throws -> Export {
    var filter = wish.parameters.orderFilter()
    filter.customer = wish.parameters.text("customer_id", CustomerID.self)
    filter.sort = .oldestFirst
    let after = wish.parameters.read(
      "after", "must be the id or number of an order", OrderKey.init)
    let type = try wish.type()
    var start: OrderPosition?
    if let after {
      let last = try await orders.find(after, in: .all)
      start = OrderPosition(createdAt: last.createdAt, number: last.number)
    }
    let form = ExportForm<Order>(type, columns: Order.columns, json: \.self) {
      $0.writeColumns(to: &$1)
    }
    return try await begin(form, wish, after: start) { [filter] in
      try await orders.list(filter, after: $0, size: .ofExport)
    }
  }

  private func exportCustomers(_ wish: inout ExportWish) async throws -> Export {
    let after = wish.parameters.text("after", CustomerID.self)
    let type = try wish.type()
    var start: Int?
    if let after {
      guard let last = try await customers.find(after) else { throw OrderError.unknownCustomer }
      start = last.number
    }
    let form = ExportForm<Customer>(type, columns: Customer.columns, json: \.self) {
      $0.writeColumns(to: &$1)
    }
    return try await begin(form, wish, after: start) {
      try await customers.list(after: $0, size: .ofExport)
    }
  }

  private func exportProducts(
    _ wish: inout ExportWish, _ form: (ContentType) -> ExportForm<Product>
  ) async throws -> Export {
    let filter = wish.parameters.productFilter()
    let after = wish.parameters.text("after", ProductID.self)
    let type = try wish.type()
    var start: Int?
    if let after {
      guard let last = try await products.find(after) else {
        throw OrderError.unknownProduct(after.value)
      }
      start = last.number
    }
    return try await begin(form(type), wish, after: start) {
      try await products.list(filter, after: $0, size: .ofExport)
    }
  }

  private func exportEvents(_ wish: inout ExportWish) async throws -> Export {
    let filter = wish.parameters.feedFilter()
    let after = wish.parameters.read("after", "must be a cursor of the feed", FeedCursor.init)
    let type = try wish.type()
    let size = FeedPage.allowedSize.upperBound
    // Refuses a cursor of another history while there can still be a status.
    if let after { _ = try await feed.page(after: after, size: 1) }
    let form = ExportForm<FeedEvent>(type, columns: FeedEvent.columns, json: \.self) {
      $0.writeColumns(to: &$1)
    }
    return try await begin(form, wish, after: after) { position in
      let page = try await feed.page(after: position ?? .start, filter, size: size)
      return Page(entries: page.events, next: page.isCaughtUp ? nil : page.next)
    }
  }

  private func begin<Entry, Position>(
    _ form: ExportForm<Entry>, _ wish: ExportWish, after start: Position?,
    read: @escaping (Position?) async throws -> Page<Entry, Position>
  ) async throws -> Export {
    // Before the first row is read: whatever happens from now on is in the feed after it.
    let cursor = try await feed.head()
    return Export(
      type: form.type, cursor: cursor,
      body: ExportStream(form, wish.place, after: start, read: read))
  }
}
