import HTTP
import JSON

/// The service's own API: what retailers and warehouses speak.
public struct WaybillContract {
  private let customers: CustomerRoutes
  private let products: ProductRoutes
  private let report: ReportRoutes

  /// The contract, made of its parts.
  public init(customers: CustomerRoutes, products: ProductRoutes, report: ReportRoutes) {
    self.customers = customers
    self.products = products
    self.report = report
  }

  /// Its routes and its error envelope.
  public var routeSet: RouteSet {
    RouteSet(
      name: "waybill",
      routes: customers.routes + products.routes + report.routes,
      explain: Self.explain)
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
      }
      json.string("request_id", id.description)
    }
    return Response(notice.status, contentType: .json, fields: notice.fields, body: body)
  }
}
