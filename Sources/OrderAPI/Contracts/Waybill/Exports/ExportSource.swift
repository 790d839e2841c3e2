import HTTP
import JSON
package import OrderStore
import Orders

/// Makes exports from the repositories.
package struct ExportSource {
  let orders: OrderRepository
  let products: ProductRepository
  let customers: CustomerRepository
  let feed: FeedRepository

  package init(
    orders: OrderRepository, products: ProductRepository, customers: CustomerRepository,
    feed: FeedRepository
  ) {
    self.orders = orders
    self.products = products
    self.customers = customers
    self.feed = feed
  }

  /// An export without HTTP around it.
  ///
  /// - Parameter query: As in the address of the route: `status=new&after=1042`.
  /// - Throws: An `ExportRefusal` when the query cannot be read, or names what is not there.
  package func export(_ kind: ExportKind, _ query: String) async throws -> Export {
    do {
      let parameters = try Parameters(
        Array(query.utf8)[...], known: ExportRoutes.About.of(kind).queryNames)
      return try await export(
        kind, ExportRequest(parameters: parameters, preferred: { .ndjson }))
    } catch {
      throw ExportRefusal(Failure(error))
    }
  }

  func export(_ kind: ExportKind, _ request: ExportRequest) async throws -> Export {
    switch kind {
    case .orders: return try await exportOrders(request)
    case .customers: return try await exportCustomers(request)
    case .products:
      return try await exportProducts(request, withRetired: true) { type in
        ExportForm(type, columns: Product.columns, json: ExportedProduct.init) {
          $0.writeColumns(to: &$1)
        }
      }
    case .stock:
      return try await exportProducts(request, withRetired: false) { type in
        ExportForm(type, columns: StockLevel.columns, json: StockLevel.init) {
          StockLevel($0).writeColumns(to: &$1)
        }
      }
    case .events: return try await exportEvents(request)
    }
  }

  private func exportOrders(_ request: ExportRequest) async throws -> Export {
    let query = try request.parameters.read(by: { OrderExportQuery(reading: &$0) })
    let type = try request.type(query.form)
    var start: OrderPosition?
    if let after = query.after {
      let last = try await orders.find(after, in: .all)
      start = OrderPosition(createdAt: last.createdAt, number: last.number)
    }
    let form = ExportForm<ExportedOrder>(type, columns: ExportedOrder.columns, json: \.self) {
      $0.writeColumns(to: &$1)
    }
    return try await begin(form, request, after: start) { position in
      let page = try await orders.list(query.filter, after: position, size: .ofExport)
      let numbers = page.entries.filter { $0.returned != nil }.map(\.number)
      let returns = numbers.isEmpty ? [:] : try await orders.returns(ofOrders: numbers)
      let sent = page.entries.filter { $0.shippedQuantity != nil }.map(\.number)
      let shipments = sent.isEmpty ? [:] : try await orders.shipments(ofOrders: sent)
      return Page(
        entries: page.entries.map {
          ExportedOrder(
            order: $0, returns: returns[$0.number] ?? [], shipments: shipments[$0.number] ?? [])
        }, next: page.next)
    }
  }

  private func exportCustomers(_ request: ExportRequest) async throws -> Export {
    let query = try request.parameters.read(by: { CustomerExportQuery(reading: &$0) })
    let type = try request.type(query.form)
    var start: Int?
    if let after = query.after {
      guard let last = try await customers.find(after) else { throw OrderError.unknownCustomer }
      start = last.number
    }
    let form = ExportForm<Customer>(type, columns: Customer.columns, json: \.self) {
      $0.writeColumns(to: &$1)
    }
    return try await begin(form, request, after: start) {
      try await customers.list(after: $0, size: .ofExport)
    }
  }

  private func exportProducts(
    _ request: ExportRequest, withRetired: Bool, _ form: (ContentType) -> ExportForm<Product>
  ) async throws -> Export {
    let query = try request.parameters.read(by: {
      ProductExportQuery(reading: &$0, withRetired: withRetired)
    })
    let type = try request.type(query.form)
    var start: Int?
    if let after = query.after {
      guard let last = try await products.find(after) else {
        throw OrderError.unknownProduct(after.value)
      }
      start = last.number
    }
    return try await begin(form(type), request, after: start) {
      try await products.list(query.filter, after: $0, size: .ofExport)
    }
  }

  private func exportEvents(_ request: ExportRequest) async throws -> Export {
    let query = try request.parameters.read(by: { EventExportQuery(reading: &$0) })
    let type = try request.type(query.form)
    let size = FeedPage.allowedSize.upperBound
    // Refuses a cursor of another history while the status is not sent yet.
    if let after = query.after { _ = try await feed.page(after: after, size: 1) }
    let form = ExportForm<FeedEvent>(type, columns: FeedEvent.columns, json: \.self) {
      $0.writeColumns(to: &$1)
    }
    return try await begin(form, request, after: query.after) { position in
      let page = try await feed.page(after: position ?? .start, query.filter, size: size)
      return Page(entries: page.events, next: page.isCaughtUp ? nil : page.next)
    }
  }

  private func begin<Entry, Position>(
    _ form: ExportForm<Entry>, _ request: ExportRequest, after start: Position?,
    read: @escaping (Position?) async throws -> Page<Entry, Position>
  ) async throws -> Export {
    // Read before the first row: whatever happens from now on is in the feed after this cursor.
    let cursor = try await feed.head()
    return Export(
      type: form.type, cursor: cursor,
      body: ExportStream(form, request, after: start, read: read))
  }
}
