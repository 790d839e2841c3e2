import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// The contract of shop fronts. Their catalogue is their own, so no stock is touched, and they give
/// their orders any status.
enum StorefrontContract {
  private static let scope = OrderScope(channel: .storefront)

  static let contract = Contract(
    name: "storefront",
    refusal: refusal,
    resources: [
      Resource(
        "storefront orders",
        "Orders of shop fronts whose catalogue lives elsewhere: no stock is touched, and any "
          + "status may follow any other.",
        [
          Route(.post, "/orders", About.place, access: .retailer, write: .placement, place),
          Route(.patch, "/orders/{id}/status", About.move, access: .retailer, write: .move, move),
          Route(.patch, "/orders/{id}/shipping", About.ship, access: .retailer, ship),
          Route(.delete, "/orders/{id}", About.delete, access: .retailer, delete),
        ])
    ],
    explain: explain)

  private static func place(_ call: Call, _ services: Services) async throws -> Response {
    let new = try call.body(unknownFields: .ignored, NewOrder.init(storefront:))
    let placed = try await services.placeOrder(new, by: call.actor)
    return try answer(.created, placed.order)
  }

  private static func move(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let status = try call.body(unknownFields: .ignored, OrderStatus.init(storefront:))
    let order = try await services.orders.move(
      key, to: status, version: nil, in: scope, by: call.actor)
    return try answer(.ok, order)
  }

  private static func ship(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let change = try call.body(unknownFields: .ignored, ShippingChange.init(storefront:))
    let order = try await services.orders.ship(
      key, change, version: nil, in: scope, by: call.actor)
    return try answer(.ok, order)
  }

  private static func delete(_ call: Call, _ services: Services) async throws -> Response {
    try await services.orders.hide(try key(call), in: scope, by: call.actor)
    return Response(.ok)
  }

  /// The key of the order in the path; in this contract orders are found only by their id.
  private static func key(_ call: Call) throws(Failure) -> OrderKey {
    guard let id = (try? call.value("id")).flatMap({ OrderID($0) }) else {
      throw .invalid([JSONViolation(field: "id", reason: .refused("must be a UUID"))])
    }
    return .id(id)
  }

  /// The answer to a change. This contract shows orders only in such answers.
  private static func answer(_ status: Status, _ order: Order) throws -> Response {
    let shown = StorefrontOrder(order, try order.lines(afterChange: true))
    return .json(status, JSONWriter.object(reserving: 512) { shown.write(to: &$0) })
  }
}

// MARK: - Errors

extension StorefrontContract {
  /// `{"message", "error", "statusCode"}`; the message is a list when fields of the body are wrong.
  /// There is no 405: a path with another method does not exist here.
  private static func explain(_ failure: Failure, _ context: FailureContext) -> Response {
    var notice = ErrorNotice(failure)
    var violations: [JSONViolation]?
    var message = notice.message
    switch failure {
    case .unknownRoute, .methodNotAllowed:
      notice = ErrorNotice(.unknownRoute)
      message = "Cannot \(context.request?.method.name ?? "GET") \(context.path)"
    case .badBody(.violations(let found)): violations = found
    // The only value in a path is the id, and no query is read.
    case .invalid: message = "Validation failed (uuid is expected)"
    case .order(.unknownOrder): message = "Order not found"
    default: break
    }
    let body = JSONWriter.object { json in
      guard notice.status != .internalServerError else {
        json.integer("statusCode", notice.status.code)
        json.string("message", "Internal server error")
        return
      }
      if let violations {
        json.array("message") { list in
          for violation in violations { list.string(sentence(violation)) }
        }
      } else {
        json.string("message", message)
      }
      json.string("error", notice.status.reasonPhrase)
      json.integer("statusCode", notice.status.code)
    }
    return Response(notice.status, contentType: .json, fields: notice.fields, body: body)
  }

  /// `products.0.quantity must not be less than 1`.
  private static func sentence(_ violation: JSONViolation) -> String {
    let field = violation.field.replacing("[", with: ".").replacing("]", with: "")
    let rule =
      switch violation.reason {
      case .notObject: "must be an object"
      case .count: "should not be empty"
      case .wholeNumberRange: "must not be greater than \(Quantity.allowed.upperBound)"
      case .refused(let rule): rule
      default: Self.rule(of: field)
      }
    return (field.isEmpty ? "body" : field) + " " + rule
  }

  /// The rule for a field, which is also said when the field is missing.
  private static func rule(of field: String) -> String {
    switch field.split(separator: ".").last {
    case "products": "must be an array"
    case "quantity": "must be an integer number"
    case "status":
      "must be one of the following values: "
        + Word.allCases.map(\.rawValue).joined(separator: ", ")
    default: "must be a string"
    }
  }
}
