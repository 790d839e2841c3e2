import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// What end users speak: a token says whose orders these are, and stock is limited.
struct ShopContract {
  private let orders: OrderRepository
  private let placeOrder: PlaceOrder
  private let databaseRetry: DatabaseRetry
  private let address: String
  private let inventoryUnavailable: (RequestID) -> Void

  /// The contract over the services of one event loop.
  init(_ services: Services) {
    orders = services.orders
    placeOrder = services.placeOrder
    databaseRetry = services.databaseRetry
    address = services.address
    inventoryUnavailable = services.inventoryUnavailable
  }

  /// Its routes and its error envelope.
  var routeSet: RouteSet {
    RouteSet(
      name: "shop",
      refusal: Self.refusal,
      resources: [
        Resource(
          "shop orders",
          "Orders of end users: each token has its own orders, and stock is limited.",
          [
            Route(.post, "/orders", About.place, access: .customer, place),
            Route(.get, "/orders/{order_id}", About.get, access: .customer, get),
            Route(.patch, "/orders/{order_id}", About.edit, access: .customer, edit),
            Route(.delete, "/orders/{order_id}", About.cancel, access: .customer, cancel),
          ])
      ],
      around: retrying, explain: { Self.explain($0, $1, address: address) })
  }

  /// Tries again while the inventory is away: every handler here changes the database by one call
  /// at its end, or as a whole when it is keyed.
  private func retrying(
    _ call: Call, _ work: () async throws -> Response
  ) async throws -> Response {
    do {
      return try await databaseRetry.run(work)
    } catch let error as OrderError where error.isPassing || error == .outcomeUnknown {
      inventoryUnavailable(call.id)
      throw error
    }
  }

  private func place(_ call: Call) async throws -> Response {
    let customer = try call.customer()
    let wishes = try call.body { json throws(JSONInvalid) in
      try ShopWish.list(json: json, counts: 1...Int.max)
    }
    guard
      let order = NewOrder(
        channel: .shop, customer: customer, reference: nil, shortage: .partialProducts,
        lines: wishes.compactMap(\.line))
    else { throw OrderError.outOfStock([]) }
    let placed = try await placeOrder(order, by: call.who)
    let missing = Set(placed.unavailable.map(\.product.value))
    let had = wishes.filter { $0.line != nil && !missing.contains($0.product) }
    let lacking = wishes.filter { $0.line == nil || missing.contains($0.product) }
    return .json(
      .ok,
      JSONWriter.object { json in
        json.string("message", "Success! Order placed")
        json.plain("order_id") { placed.order.id.append(to: &$0) }
        json.array("products") { list in
          for wish in had { list.object { wish.write(&$0, as: "product_count") } }
        }
        guard !lacking.isEmpty else { return }
        json.array("out_of_stock") { list in for wish in lacking { list.string(wish.product) } }
      })
  }

  private func get(_ call: Call) async throws -> Response {
    let order = try await orders.find(try key(call), in: try scope(call))
    let lines = try order.lines()
    return answer(nil, order, lines.map { ShopWish(product: $0.product, count: $0.quantity) })
  }

  private func edit(_ call: Call) async throws -> Response {
    let key = try key(call)
    let wishes = try call.body { json throws(JSONInvalid) in
      try ShopWish.list(json: json, counts: 0...Int.max)
    }
    let changes = wishes.compactMap(\.change)
    if wishes.contains(where: { $0.change == nil && $0.count > 0 }) {
      // What no order can hold is not in stock; but an order that is not there comes first.
      _ = try await orders.find(key, in: try scope(call))
      throw OrderError.outOfStock([])
    }
    let order = try await orders.edit(
      key, OrderChange(lines: changes), version: nil, in: try scope(call), by: call.who)
    return answer("Order successfully updated", order, wishes)
  }

  private func cancel(_ call: Call) async throws -> Response {
    _ = try await orders.cancel(
      try key(call), version: nil, in: try scope(call), by: call.who)
    return .json(
      .ok, JSONWriter.object { $0.string("message", "Order successfully cancelled") })
  }

  private func scope(_ call: Call) throws(Failure) -> OrderScope {
    OrderScope(channel: .shop, owner: try call.customer())
  }

  /// A text that names no order is the name of none.
  private func key(_ call: Call) throws -> OrderKey {
    guard let id = OrderID(try call.value("order_id")) else { throw OrderError.unknownOrder }
    return .id(id)
  }

  private func answer(_ message: String?, _ order: Order, _ wishes: [ShopWish]) -> Response {
    .json(
      .ok,
      JSONWriter.object { json in
        if let message { json.string("message", message) }
        json.plain("order_id") { order.id.append(to: &$0) }
        json.string("order_status", order.status.shopWord)
        json.array("products") { list in
          for wish in wishes { list.object { wish.write(&$0, as: "item_count") } }
        }
      })
  }
}

extension OrderStatus {
  /// A customer sees an order as placed until something becomes of it that concerns him.
  fileprivate var shopWord: String {
    switch self {
    case .new, .inProgress, .completed: "placed"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}

extension ShopContract {
  /// `{"error", "documentation"}`, both always.
  static func explain(_ failure: Failure, _ context: FailureContext, address: String) -> Response {
    let notice = ErrorNotice(failure)
    let (status, sentence) = words(failure, notice)
    let host = mainPort(context, address: address)
    let body = JSONWriter.object { json in
      json.string("error", sentence)
      json.string("documentation", "http://\(host)/docs/errors#\(notice.code)")
    }
    return Response(status, contentType: .json, fields: notice.fields, body: body)
  }

  /// Where errors are explained: on the main port, by the name that the client knows the host by.
  private static func mainPort(_ context: FailureContext, address: String) -> String {
    let authority = context.request.map { String(decoding: $0.authority, as: UTF8.self) } ?? ""
    guard !authority.isEmpty else { return address }
    // Below its path the contract is on the main port already.
    guard context.mount.text == "/" else { return authority }
    return String(authority[..<authority.portStart] + address[address.portStart...])
  }

  /// What this contract has words and a status of its own for; the others are the service's.
  private static func words(_ failure: Failure, _ notice: ErrorNotice) -> (Status, String) {
    switch failure {
    case .order(.outOfStock), .order(.notOrderable):
      return (.notFound, "Product out of stock.")
    case .order(.unknownOrder):
      return (.notFound, "Order not found. Ensure supplied order_id is correct.")
    case .order(.notEditable), .order(.cannotMove): return (.badRequest, invalid)
    default: return (notice.status, notice.status == .badRequest ? invalid : notice.message)
    }
  }

  private static let invalid =
    "Invalid request. Please review your request and ensure everything is correct."
}

extension String {
  /// Where `:port` begins in `host:port`; the end when there is none. An address of IPv6 is in
  /// brackets.
  fileprivate var portStart: Index {
    guard let colon = lastIndex(of: ":"), self[colon...].dropFirst().allSatisfy(\.isWholeNumber)
    else { return endIndex }
    return colon
  }
}
