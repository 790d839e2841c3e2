import HTTP
import JSON
public import OrderService
import Orders

/// The service's own API: what retailers and warehouses speak.
public struct WaybillContract {
  private let products: FindProducts
  private let orders: OrderRoutes

  /// The contract over the services of one event loop.
  public init(products: FindProducts, orders: OrderUseCases) {
    self.products = products
    self.orders = OrderRoutes(orders)
  }

  /// Its routes and its error envelope.
  public var routeSet: RouteSet {
    RouteSet(
      name: "waybill",
      routes: [
        Route(.get, "/products", "List products, in the order they were created", listProducts),
        Route(.get, "/products/{id}", "Get one product", getProduct),
      ] + orders.routes,
      explain: Self.explain)
  }

  private func listProducts(_ call: Call) async throws -> Response {
    var parameters = try call.parameters("limit", "cursor")
    let allowed = PageSize.allowed
    let size = parameters.read(
      "limit", "must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)"
    ) { Int($0).flatMap(PageSize.init) }
    let position = parameters.read("cursor", "must be a cursor of this list") {
      Cursor.position($0, list: "products")
    }
    try parameters.finish()
    let page = try await products.list(after: position, size: size ?? .standard)
    return .json(
      .ok,
      JSONWriter.object { json in
        json.array("items") { items in
          for product in page.entries { items.object { product.write(&$0) } }
        }
        json.string("next", page.next.map { next(after: $0, size: size) })
      })
  }

  private func next(after position: Int, size: PageSize?) -> String {
    let cursor = Cursor.text(list: "products", position: position)
    return "/products?" + (size.map { "limit=\($0.value)&" } ?? "") + "cursor=" + cursor
  }

  private func getProduct(_ call: Call) async throws -> Response {
    let id = try call.value("id")
    guard let product = try await products.find(id) else { throw Failure.notFound("product \(id)") }
    return .json(.ok, JSONWriter.object { product.write(&$0) })
  }
}

extension WaybillContract {
  /// `{"message", "code", "documentation", "errors", "request_id"}`, all violations at once.
  static func explain(_ failure: Failure, id: RequestID) -> Response {
    let notice = ErrorNotice(failure)
    let body = JSONWriter.object { json in
      json.string("message", notice.message)
      json.string("code", notice.code.description)
      json.string("documentation", "/docs/errors#\(notice.code)")
      json.array("errors") { errors in
        for violation in notice.violations {
          errors.object { error in
            error.string("field", violation.field)
            error.string("message", violation.message)
          }
        }
        for detail in notice.details { errors.object { detail.write(&$0) } }
      }
      json.string("request_id", id.description)
    }
    return Response(notice.status, contentType: .json, fields: notice.fields, body: body)
  }
}

extension Product {
  fileprivate func write(_ json: inout JSONObjectWriter) {
    json.string("id", id.value)
    json.integer("number", number)
    json.string("name", name)
    json.string("description", description)
    json.money("price", price.cents)
    json.integer("stock", stock)
    json.boolean("available", isAvailable)
    json.integer("version", version)
    json.string("created_at", createdAt.rfc3339)
    json.string("updated_at", updatedAt.rfc3339)
  }
}
