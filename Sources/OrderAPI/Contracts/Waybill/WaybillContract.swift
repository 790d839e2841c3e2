import HTTP
import JSON

/// The service's own API: what retailers and warehouses speak.
package struct WaybillContract {
  private let customers: CustomerRoutes
  private let products: ProductRoutes
  private let orders: OrderRoutes
  private let report: ReportRoutes

  /// The contract over the services of one event loop.
  package init(_ services: Services) {
    customers = CustomerRoutes(services.customers)
    products = ProductRoutes(services.products)
    orders = OrderRoutes(services)
    report = ReportRoutes(services)
  }

  /// Its routes and its error envelope.
  package var routeSet: RouteSet {
    RouteSet(
      name: "api",
      refusal: Self.refusal,
      resources: [
        Resource("customers", "Who orders: introduce, find and change them.", customers.routes),
        Resource(
          "products", "The catalogue, and the stock of each product with every change of it.",
          products.routes),
        Resource(
          "orders", "Place, find, edit, move, ship and cancel orders; what happened to each.",
          orders.routes),
        Resource("reports", "What customers bought, as of the last refresh.", report.routes),
      ],
      explain: Self.explain)
  }
}

extension WaybillContract {
  /// `{"message", "code", "documentation", "errors", "request_id"}`, all violations at once.
  static func explain(_ failure: Failure, _ context: FailureContext) -> Response {
    let notice = ErrorNotice(failure)
    let body = JSONWriter.object { json in
      json.string("message", notice.message)
      json.string("code", notice.code.rawValue)
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
      json.string("request_id", context.id.description)
    }
    return Response(notice.status, contentType: .json, fields: notice.fields, body: body)
  }
}
