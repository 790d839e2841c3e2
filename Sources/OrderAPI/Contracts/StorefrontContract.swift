import HTTP
import JSON
import OrderService
import Orders

/// What shop fronts speak.
struct StorefrontContract {
  let orders: OrderUseCases

  /// Its routes and its error envelope.
  var routeSet: RouteSet {
    RouteSet(name: "storefront", routes: [], explain: Self.explain)
  }
}

extension StorefrontContract {
  /// `{"message", "error", "statusCode"}`.
  static func explain(_ failure: Failure, _ occasion: Occasion) -> Response {
    let notice = ErrorNotice(failure)
    var message = notice.message
    if case .unknownRoute = failure, let request = occasion.request {
      message = "Cannot \(request.method.name) \(occasion.path)"
    }
    let body = JSONWriter.object { json in
      json.string("message", message)
      json.string("error", notice.status.reasonPhrase)
      json.integer("statusCode", notice.status.code)
    }
    return Response(notice.status, contentType: .json, fields: notice.fields, body: body)
  }
}
