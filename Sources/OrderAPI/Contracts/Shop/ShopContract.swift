import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// The contract of end users: the token says whose orders they are, and stock is limited.
enum ShopContract {
  static let contract = Contract(
    name: "shop",
    refusal: refusal,
    resources: [
      Resource(
        "shop orders",
        "Orders of end users: each token has its own orders, and stock is limited.",
        [
          Route(.post, "/orders", About.place, access: .customer, write: .placement, place),
          Route(.get, "/orders/{order_id}", About.get, access: .customer, get),
          Route(.patch, "/orders/{order_id}", About.edit, access: .customer, edit),
          Route(
            .delete, "/orders/{order_id}", About.cancel, access: .customer, write: .move, cancel),
        ])
    ],
    wrapper: retrying, explain: explain)

  /// Tries again while the database cannot be reached. That is safe: a handler here changes the
  /// database in one call at its end, and with an idempotency key in one transaction.
  private static func retrying(
    _ call: Call, _ services: Services, _ work: () async throws -> Response
  ) async throws -> Response {
    do {
      return try await services.databaseRetry.run(work)
    } catch let error as OrderError where error.isPassing || error.isOutcomeUnknown {
      services.inventoryUnavailable(call.id)
      throw error
    }
  }

  private static func place(_ call: Call, _ services: Services) async throws -> Response {
    let customer = try call.customer()
    let requests = try call.body(ShopOrderRequest.place)
    guard
      let order = NewOrder(
        channel: .shop, customer: customer, reference: nil, shortage: .partialProducts,
        lines: requests.compactMap(\.line))
    else { throw OrderError.outOfStock([]) }
    let placed = try await services.placeOrder(order, by: call.actor)
    let missing = Set(placed.unavailable.map(\.product.value))
    let had = requests.filter { $0.line != nil && !missing.contains($0.product) }
    let lacking = requests.filter { $0.line == nil || missing.contains($0.product) }
    let shown = ShopPlaced(
      id: placed.order.id, had: had, outOfStock: lacking.map(\.product))
    return .json(.ok, JSONWriter.object { shown.write(to: &$0) })
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    let order = try await services.orders.find(try key(call), in: try scope(call))
    let lines = try order.lines(afterChange: false)
    let shown = ShopOrder(
      order, lines.map { ShopOrderRequest(product: $0.product, count: $0.quantity) })
    return .json(.ok, JSONWriter.object { shown.write(to: &$0) })
  }

  private static func edit(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let requests = try call.body(ShopOrderRequest.change)
    let changes = requests.compactMap(\.change)
    if requests.contains(where: { $0.change == nil && $0.count > 0 }) {
      // A quantity that no order can have counts as out of stock. An unknown order is reported
      // first.
      _ = try await services.orders.find(key, in: try scope(call))
      throw OrderError.outOfStock([])
    }
    let order = try await services.orders.edit(
      key, OrderChange(lines: changes), version: nil, in: try scope(call), by: call.actor)
    let shown = ShopChanged(order: ShopOrder(order, requests))
    return .json(.ok, JSONWriter.object { shown.write(to: &$0) })
  }

  private static func cancel(_ call: Call, _ services: Services) async throws -> Response {
    _ = try await services.orders.cancel(
      try key(call), version: nil, in: try scope(call), by: call.actor)
    return .json(.ok, JSONWriter.object { ShopCancelled().write(to: &$0) })
  }

  private static func scope(_ call: Call) throws(Failure) -> OrderScope {
    OrderScope(channel: .shop, owner: try call.customer())
  }

  /// The key of the order in the path. Text that is no id belongs to no order.
  private static func key(_ call: Call) throws -> OrderKey {
    guard let id = OrderID(try call.value("order_id")) else { throw OrderError.unknownOrder }
    return .id(id)
  }
}

extension ShopContract {
  /// `{"error", "documentation"}` for every failure.
  static func explain(_ failure: Failure, _ context: FailureContext) -> Response {
    let notice = ErrorNotice(failure)
    let (status, sentence) = words(failure, notice)
    let host = mainHost(context)
    let body = JSONWriter.object { json in
      json.string("error", sentence)
      json.string("documentation", "http://\(host)/docs/errors#\(notice.code)")
    }
    return Response(status, contentType: .json, fields: notice.fields, body: body)
  }

  /// The host and port of the page that explains errors: the main port, and the host as the client
  /// named it.
  private static func mainHost(_ context: FailureContext) -> String {
    let address = context.mainAddress
    let authority = context.request.map { String(decoding: $0.authority, as: UTF8.self) } ?? ""
    guard !authority.isEmpty else { return address }
    // Below its base path the contract is on the main port already.
    guard context.mount.text == "/" else { return authority }
    return String(authority[..<authority.portStart] + address[address.portStart...])
  }

  /// The status and sentence of a failure: this contract's own where it has them, else the
  /// service's.
  private static func words(_ failure: Failure, _ notice: ErrorNotice) -> (Status, String) {
    switch failure {
    case .order(.outOfStock), .order(.notOrderable):
      return (.notFound, "Product out of stock.")
    case .order(.unknownOrder):
      return (.notFound, "Order not found. Ensure supplied order_id is correct.")
    case .order(.notEditable), .order(.cannotMove), .order(.alreadyShipped):
      return (.badRequest, invalid)
    default: return (notice.status, notice.status == .badRequest ? invalid : notice.message)
    }
  }

  private static let invalid =
    "Invalid request. Please review your request and ensure everything is correct."
}

extension String {
  /// Where `:port` begins in `host:port`, or the end if there is no port. IPv6 addresses stand in
  /// brackets.
  fileprivate var portStart: Index {
    guard let colon = lastIndex(of: ":"), self[colon...].dropFirst().allSatisfy(\.isWholeNumber)
    else { return endIndex }
    return colon
  }
}
