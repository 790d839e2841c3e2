import HTTP
import JSON
import OrderStore
import Orders

/// Whole lists as streams, in the own API.
enum ExportRoutes {
  static let routes: [Route] = [
    Route(.get, "/exports/orders", About.orders, access: .staff, follows: true, orders),
    Route(.get, "/exports/customers", About.customers, access: .retailer, follows: true, customers),
    Route(.get, "/exports/products", About.products, access: .staff, follows: true, products),
    Route(.get, "/exports/stock", About.stock, access: .staff, follows: true, stock),
    Route(.get, "/exports/events", About.events, access: .staff, follows: true, events),
  ]

  private static func orders(_ call: Call, _ services: Services) async throws -> Response {
    let query = try call.query { OrderExportQuery(reading: &$0) }
    let type = try query.form.type(for: call)
    var start: OrderPosition?
    if let after = query.after {
      let last = try await services.orders.find(after, in: call.scope)
      start = OrderPosition(createdAt: last.createdAt, number: last.number)
    }
    return try await answer(
      call, services, "orders",
      ExportForm<Order>(as: type, columns: Order.columns) {
        $0.writeColumns(to: &$1)
      }, after: start
    ) { try await services.orders.list(query.filter, after: $0, size: .ofExport) }
  }

  private static func customers(_ call: Call, _ services: Services) async throws -> Response {
    let query = try call.query { CustomerExportQuery(reading: &$0) }
    let type = try query.form.type(for: call)
    var start: Int?
    if let after = query.after {
      guard let last = try await services.customers.find(after) else {
        throw OrderError.unknownCustomer
      }
      start = last.number
    }
    return try await answer(
      call, services, "customers",
      ExportForm<Customer>(as: type, columns: Customer.columns) {
        $0.writeColumns(to: &$1)
      }, after: start
    ) { try await services.customers.list(after: $0, size: .ofExport) }
  }

  private static func products(_ call: Call, _ services: Services) async throws -> Response {
    try await products(call, services, "products") { type in
      ExportForm<Product>(as: type, columns: Product.columns) { $0.writeColumns(to: &$1) }
    }
  }

  private static func stock(_ call: Call, _ services: Services) async throws -> Response {
    try await products(call, services, "stock") { type in
      ExportForm<Product>(
        type, columns: StockLevel.columns,
        json: { product, bytes in
          JSONWriter.append(to: &bytes) { StockLevel(product).write(to: &$0) }
        }, csv: { StockLevel($0).writeColumns(to: &$1) })
    }
  }

  private static func products(
    _ call: Call, _ services: Services, _ name: String,
    _ form: (ContentType) -> ExportForm<Product>
  ) async throws -> Response {
    let query = try call.query { ProductExportQuery(reading: &$0) }
    let type = try query.form.type(for: call)
    var start: Int?
    if let after = query.after {
      guard let last = try await services.products.find(after) else {
        throw OrderError.unknownProduct(after.value)
      }
      start = last.number
    }
    return try await answer(call, services, name, form(type), after: start) {
      try await services.products.list(query.filter, after: $0, size: .ofExport)
    }
  }

  private static func events(_ call: Call, _ services: Services) async throws -> Response {
    let query = try call.query { EventExportQuery(reading: &$0) }
    let type = try query.form.type(for: call)
    let feed = services.feed.feed
    let size = FeedPage.allowedSize.upperBound
    // Refuses a cursor of another history while there can still be a status.
    if let after = query.after { _ = try await feed.page(after: after, size: 1) }
    return try await answer(
      call, services, "events",
      ExportForm<FeedEvent>(as: type, columns: FeedEvent.columns) {
        $0.writeColumns(to: &$1)
      }, after: query.after
    ) { position in
      let page = try await feed.page(after: position ?? .start, query.filter, size: size)
      return Page(entries: page.events, next: page.isCaughtUp ? nil : page.next)
    }
  }

  private static func answer<Entry, Position>(
    _ call: Call, _ services: Services, _ name: String, _ form: ExportForm<Entry>,
    after start: Position?, read: @escaping (Position?) async throws -> Page<Entry, Position>
  ) async throws -> Response {
    let place = try services.exportPlaces.take(for: call.caller?.token)
    // Before the first row is read: whatever happens from now on is in the feed after it.
    let cursor = try await services.feed.feed.head()
    let ending = form.type.value == ContentType.csv.value ? "csv" : "ndjson"
    var response = Response(
      .ok, contentType: form.type,
      fields: [
        Field("Waybill-Cursor", cursor.description), .variesByForm,
        Field("Content-Disposition", "attachment; filename=\"\(name).\(ending)\""),
      ])
    response.stream = ExportStream(form, place, after: start, read: read)
    return response
  }
}

extension ExportForm where Entry: AnswerObject {
  /// Lines of JSON as lists show the entry, or a table.
  fileprivate init(
    as type: ContentType, columns: [String],
    csv: @escaping (Entry, inout CSVWriter.Line) -> Void
  ) {
    self.init(
      type, columns: columns,
      json: { entry, bytes in JSONWriter.append(to: &bytes) { entry.write(to: &$0) } }, csv: csv)
  }
}
