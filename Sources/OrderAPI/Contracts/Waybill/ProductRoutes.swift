import HTTP
import JSON
import OrderStore
import Orders

/// The catalogue and its stock in the own API.
enum ProductRoutes {
  static let routes: [Route] = [
    Route(.post, "/products", About.create, access: .retailer, create),
    Route(.get, "/products", About.list, access: .staff, reads: .anyCopy, list),
    Route(.get, "/products/{id}", About.get, access: .staff, get),
    Route(.patch, "/products/{id}", About.change, access: .retailer, change),
    Route(.delete, "/products/{id}", About.retire, access: .retailer, retire),
    Route(.post, "/products/{id}/stock", About.adjust, access: .staff, adjust),
    Route(.put, "/products/{id}/stock", About.count, access: .staff, count),
    Route(.post, "/stock", About.adjustMany, access: .staff, adjustMany),
    Route(
      .get, "/products/{id}/stock", About.movements, access: .staff, reads: .anyCopy, movements),
  ]

  private static func create(_ call: Call, _ services: Services) async throws -> Response {
    let product = try await services.products.create(
      try call.body(NewProduct.init(reading:)), by: call.actor)
    return .created(
      at: call.location(of: product.id.value), product.tag,
      JSONWriter.object { product.write(to: &$0) })
  }

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let query = try call.query { ProductListQuery(reading: &$0) }
    let page = try await services.products.list(
      query.filter, after: query.page.start, size: query.page.size)
    var total: ListTotal?
    if let count = query.total { total = try await services.products.total(query.filter, count) }
    return .json(
      .ok,
      JSONWriter.page(page, total: total) {
        call.next(Cursor.text(list: "products", position: $0))
      })
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    guard let product = try await services.products.find(try productID(id)) else {
      throw missing(id)
    }
    return call.answer(product.tag) { JSONWriter.object { product.write(to: &$0) } }
  }

  private static func change(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    let expected = try await expectedVersion(call, services, id)
    let change = try call.body(ProductChange.init(reading:))
    return try answer(
      try await services.products.change(
        try productID(id), to: change, expecting: expected, by: call.actor), id)
  }

  private static func retire(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    let expected = try await expectedVersion(call, services, id)
    return try answer(
      try await services.products.retire(
        try productID(id), expecting: expected, by: call.actor), id)
  }

  private static func adjust(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    let expected = try await expectedVersion(call, services, id)
    let adjustment = try call.body(StockAdjustment.init(reading:))
    let product = try await services.products.adjust(
      try productID(id), by: adjustment, expecting: expected, by: call.actor)
    return try answer(product, id)
  }

  private static func count(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    let expected = try await expectedVersion(call, services, id)
    let count = try call.body(StockCount.init(reading:))
    let product = try await services.products.count(
      try productID(id), count, expecting: expected, by: call.actor)
    return try answer(product, id)
  }

  private static func adjustMany(_ call: Call, _ services: Services) async throws -> Response {
    let changes = try call.body(StockAdjustments.init(reading:))
    let products = try await services.products.adjust(changes, by: call.actor)
    let levels = StockLevels(levels: products.map(StockLevel.init))
    return .json(.ok, JSONWriter.object(reserving: 128 * products.count) { levels.write(to: &$0) })
  }

  private static func movements(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    _ = try call.form(of: [.json])
    let (size, position) = try call.query {
      $0.page { StockMovement.Position(cursor: $0, of: "movements") }
    }
    guard
      let page = try await services.products.movements(
        of: try productID(id), after: position, size: size)
    else { throw missing(id) }
    return .json(
      .ok, JSONWriter.page(page) { call.next($0.cursor(of: "movements")) })
  }

  private static func answer(_ product: Product?, _ id: String) throws(Failure) -> Response {
    guard let product else { throw missing(id) }
    return .changed(product.tag, JSONWriter.object { product.write(to: &$0) })
  }

  private static func expectedVersion(
    _ call: Call, _ services: Services, _ id: String
  ) async throws -> Int? {
    try await call.requiredVersion {
      guard let product = try await services.products.find(try productID(id)) else {
        throw missing(id)
      }
      return product.version
    }
  }

  /// A text that cannot be the id of a product belongs to no product.
  private static func productID(_ text: String) throws(Failure) -> ProductID {
    guard let id = ProductID(text) else { throw missing(text) }
    return id
  }

  private static func missing(_ id: String) -> Failure { .notFound("product \(id)") }
}

extension Product {
  fileprivate var tag: EntityTag { EntityTag(version: version) }
}

extension ProductFilter {
  /// Which products a list or an export has.
  ///
  /// - Parameter withRetired: Whether retired products are among the others when nobody asks.
  init(reading query: inout some QueryFields, withRetired: Bool = false) {
    let characters = Self.allowedTextLength
    self.init(
      text: query.value(
        "q", .string(characters), rule: "must have at most \(characters.upperBound) characters",
        "What stands in the name, id or description, letter case aside."
      ) { characters.contains($0.unicodeScalars.count) ? $0 : nil },
      inStock: query.boolean(
        "in_stock", "Only products that are in stock, or that are not."),
      isLow: query.boolean(
        "low_stock",
        "Only products that have no more units than their `reorder_level`, or all others."),
      retired: withRetired
        ? query.boolean("retired", "Only retired products, or all others.")
        : query.boolean("retired", default: false, "The retired ones instead.") ?? false)
  }
}

/// What a list of products is asked for.
struct ProductListQuery {
  let filter: ProductFilter
  /// How all products of the list are to be counted, if they are.
  let total: ListCount?
  let page: (size: PageSize, start: Int?)

  init(reading query: inout some QueryFields) {
    filter = ProductFilter(reading: &query)
    total = query.total()
    page = query.page { Cursor.position($0, list: "products") }
  }
}
