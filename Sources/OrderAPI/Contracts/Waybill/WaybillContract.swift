import HTTP
import JSON

/// The service's own API, for retailers, warehouses and customers.
enum WaybillContract {
  static let contract = Contract(
    name: "api",
    refusal: refusal,
    resources: [
      Resource(
        "customers", "Who orders: introduce, find and change them.", CustomerRoutes.routes),
      Resource(
        "products", "The catalogue, and the stock of each product with every change of it.",
        ProductRoutes.routes),
      Resource(
        "orders", "Place, find, edit, move, ship and cancel orders; what happened to each.",
        OrderRoutes.routes + BatchRoutes.routes),
      Resource("search", "Find orders, customers and products by words.", SearchRoutes.routes),
      Resource("events", "Every change, in order: pages, waits and streams.", FeedRoutes.routes),
      Resource("exports", "Whole lists as streams.", ExportRoutes.routes),
      Resource("reports", "What customers bought, as of the last refresh.", ReportRoutes.routes),
      Resource("tokens", "Who may use the service: make and revoke tokens.", TokenRoutes.routes),
      Resource("console", "Log-ins of browsers, and views that people save.", ConsoleRoutes.routes),
      Resource("system", "How the service is doing.", SystemRoutes.routes),
    ],
    offersDryRuns: true, admitsSessions: true, explain: explain)
}

extension WaybillContract {
  /// `{"message", "code", "documentation", "errors", "request_id"}`, with all violations at once.
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
        for detail in notice.details { errors.object { detail.write(&$0, context) } }
      }
      json.string("request_id", context.id.description)
    }
    return Response(notice.status, contentType: .json, fields: notice.fields, body: body)
  }
}
