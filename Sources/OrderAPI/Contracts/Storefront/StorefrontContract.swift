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
    let placed = try await services.placeOrder(new, by: call.who)
    return try answer(.created, placed.order)
  }

  private static func move(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let word = try call.body(unknownFields: .ignored) { json in json["status"].word(Word.self) }
    let order = try await services.orders.move(
      key, to: word.status, version: nil, in: scope, by: call.who)
    return try answer(.ok, order)
  }

  private static func ship(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let change = try call.body(unknownFields: .ignored, ShippingChange.init(storefront:))
    let order = try await services.orders.ship(
      key, change, version: nil, in: scope, by: call.who)
    return try answer(.ok, order)
  }

  private static func delete(_ call: Call, _ services: Services) async throws -> Response {
    try await services.orders.hide(try key(call), in: scope, by: call.who)
    return Response(.ok)
  }

  /// The key of the order in the path; here an order goes by its id only.
  private static func key(_ call: Call) throws(Failure) -> OrderKey {
    guard let id = (try? call.value("id")).flatMap({ OrderID($0) }) else {
      throw .invalid([JSONViolation(field: "id", reason: .refused("must be a UUID"))])
    }
    return .id(id)
  }

  /// The answer to a change; this contract shows orders in no other.
  private static func answer(_ status: Status, _ order: Order) throws -> Response {
    let lines = try order.lines(afterChange: true)
    let body = JSONWriter.object(reserving: 512) { json in
      json.string("customerId", order.customer)
      json.array("products") { products in
        for line in lines {
          products.object { product in
            product.string("productId", line.product)
            product.integer("quantity", line.quantity)
          }
        }
      }
      json.string("trackingCompany", order.shipping.carrier)
      json.string("trackingNumber", order.shipping.trackingNumber)
      json.plain("id") { order.id.append(to: &$0) }
      json.string("status", Word(order.status).rawValue)
      json.moment("createdAt", order.createdAt)
      json.moment("updatedAt", order.updatedAt)
    }
    return .json(status, body)
  }
}

extension StorefrontContract {
  /// The statuses of this contract.
  enum Word: String, CaseIterable {
    case processing, canceled, delivered

    /// The word for a status. Staff may have given the order one that this contract does not have.
    init(_ status: OrderStatus) {
      self =
        switch status {
        case .new, .inProgress: .processing
        case .completed: .delivered
        case .failed, .cancelled: .canceled
        }
    }

    var status: OrderStatus {
      switch self {
      case .processing: .new
      case .canceled: .cancelled
      case .delivered: .completed
      }
    }
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

// MARK: - Bodies

extension NewOrder {
  /// The order in a shop front's request.
  fileprivate init(storefront json: JSONObject) throws(JSONInvalid) {
    let customer = json["customerId"].text(CustomerID.allowedLength)
    let products = json["products"]
    let lines = try products.objects(count: 1...JSONLimits.values) {
      (product) throws(JSONInvalid) in try NewLine(storefront: product)
    }
    if lines.count > Self.allowedLines.upperBound {
      products.refuse("must contain no more than \(Self.allowedLines.upperBound) elements")
    }
    try json.check()
    guard let customer = CustomerID(customer),
      let order = NewOrder(
        channel: .storefront, customer: customer, reference: nil, shortage: .refuse, lines: lines)
    else { throw json.refuse("is no order") }
    self = order
  }
}

extension NewLine {
  fileprivate init(storefront json: JSONObject) throws(JSONInvalid) {
    let product = json["productId"].text(Self.allowedForeignLength)
    let quantity = json["quantity"].integer(in: .min...Quantity.allowed.upperBound)
    // A value that was refused already is read as the least integer.
    if quantity > .min, quantity < Quantity.allowed.lowerBound {
      json["quantity"].refuse("must not be less than \(Quantity.allowed.lowerBound)")
    }
    try json.check()
    guard let quantity = Quantity(quantity),
      let line = NewLine(.foreign(id: product), quantity: quantity)
    else { throw json.refuse("is no order line") }
    self = line
  }
}

extension ShippingChange {
  /// Carrier and number in a shop front's request: an absent field keeps the value, null clears it.
  fileprivate init(storefront json: JSONObject) throws(JSONInvalid) {
    let company = json["trackingCompany"]
    let number = json["trackingNumber"]
    let change = ShippingChange(carrier: company.textChange(), trackingNumber: number.textChange())
    try json.check()
    guard let change else {
      company.refuse("must be a string")
      throw number.refuse("must be a string")
    }
    self = change
  }
}

extension JSONField {
  fileprivate func text(_ length: ClosedRange<Int>) -> String {
    string(length: 0...JSONLimits.documentBytes) { text in
      if text.isEmpty { return "should not be empty" }
      return length.contains(text.unicodeScalars.count)
        ? nil : "must be shorter than or equal to \(length.upperBound) characters"
    }
  }

  fileprivate func textChange() -> FieldChange<String> {
    switch change({ $0.text(Shipping.allowedLength) }) {
    case .keep: .keep
    case .clear: .clear
    case .set(let value): .set(value)
    }
  }
}
