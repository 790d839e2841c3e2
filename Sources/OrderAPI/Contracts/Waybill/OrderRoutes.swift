import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// Orders in the own API.
enum OrderRoutes {
  static let routes: [Route] = [
    Route(.post, "/orders", About.place, access: .retailer, write: .placement, place),
    Route(
      .get, "/orders", About.list, access: .roles([.retailer, .warehouse, .customer]),
      reads: .anyCopy, list),
    Route(
      .get, "/orders/counts", About.counts, access: .staff, reads: .anyCopy, isList: true, counts),
    Route(
      .get, "/orders/{id}", About.get, access: .roles([.retailer, .warehouse, .customer]), get),
    Route(.patch, "/orders/{id}", About.edit, access: .retailer, edit),
    Route(.patch, "/orders/{id}/status", About.move, access: .warehouse, write: .move, move),
    Route(.patch, "/orders/{id}/shipping", About.ship, access: .staff, ship),
    Route(.post, "/orders/{id}/shipments", About.send, access: .staff, send),
    Route(
      .get, "/orders/{id}/shipments", About.shipments,
      access: .roles([.retailer, .warehouse, .customer]), shipments),
    Route(
      .get, "/orders/{id}/packing-slip", About.packingSlip,
      access: .roles([.retailer, .warehouse, .customer]), packingSlip),
    Route(.post, "/orders/{id}/returns", About.takeBack, access: .staff, takeBack),
    Route(
      .get, "/orders/{id}/returns", About.returns,
      access: .roles([.retailer, .warehouse, .customer]), returns),
    Route(.delete, "/orders/{id}", About.cancel, access: .retailer, write: .move, cancel),
    Route(
      .get, "/orders/{id}/events", About.history,
      access: .roles([.retailer, .warehouse, .customer]), history),
    Route(
      .get, "/customers/{id}/orders", About.listOfCustomer,
      access: .roles([.retailer, .warehouse, .customer]), reads: .anyCopy, listOfCustomer),
  ]

  private static func place(_ call: Call, _ services: Services) async throws -> Response {
    let order = try call.body(NewOrder.init(reading:))
    let placed = try await services.placeOrder(order, by: call.actor)
    let body = JSONWriter.object(reserving: 1_024) { json in
      placed.write(to: &json, inPart: order.shortage == .partial)
    }
    return .created(at: "/orders/\(placed.order.id)", placed.order.tag, body)
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    let order = try await find(call, services)
    return call.answer(order.tag) { text(of: order) }
  }

  private static func counts(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let counts = OrderCounts(items: try await services.orders.counts())
    return .json(.ok, JSONWriter.object { counts.write(to: &$0) })
  }

  private static func edit(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let change = try call.body(OrderChange.init(reading:))
    let version = try await requiredVersion(call, services, key)
    return answer(
      try await services.orders.edit(key, change, version: version, in: call.scope, by: call.actor))
  }

  private static func move(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let status = try call.body(OrderStatus.init(reading:))
    let version = try await requiredVersion(call, services, key)
    return answer(
      try await services.orders.move(
        key, to: status, version: version, in: call.scope, by: call.actor))
  }

  private static func ship(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let shipping = try call.body(ShippingChange.init(reading:))
    let version = try await requiredVersion(call, services, key)
    return answer(
      try await services.orders.ship(
        key, shipping, version: version, in: call.scope, by: call.actor))
  }

  private static func cancel(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let version = try await requiredVersion(call, services, key)
    return answer(
      try await services.orders.cancel(key, version: version, in: call.scope, by: call.actor))
  }

  private static func takeBack(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let goods = try call.body(NewReturn.init(reading:))
    let version = try await requiredVersion(call, services, key)
    return answer(
      try await services.orders.takeBack(
        key, goods, version: version, in: call.scope, by: call.actor)
    )
  }

  private static func returns(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    _ = try call.form(of: [.json])
    let (size, position) = try call.query { $0.page { Cursor.position($0, list: "returns") } }
    let page = try await services.orders.returns(
      of: key, in: call.scope, after: position, size: size)
    return .json(
      .ok, JSONWriter.page(page) { call.next(Cursor.text(list: "returns", position: $0)) })
  }

  private static func history(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    _ = try call.form(of: [.json])
    let (size, position) = try call.query { $0.page { Cursor.position($0, list: "events") } }
    let page = try await services.orders.history(
      of: key, in: call.scope, after: position, size: size)
    return .json(
      .ok, JSONWriter.page(page) { call.next(Cursor.text(list: "events", position: $0)) })
  }

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    var query = try call.query { OrderListQuery(reading: &$0) }
    if let own = call.scope.owner {
      guard query.filter.customer == nil || query.filter.customer == own else {
        throw OrderError.unknownCustomer
      }
      query.filter.customer = own
    }
    return try await list(call, services, query)
  }

  private static func listOfCustomer(_ call: Call, _ services: Services) async throws -> Response {
    guard let customer = CustomerID(try call.value("id")), call.scope.covers(customer) else {
      throw OrderError.unknownCustomer
    }
    _ = try call.form(of: [.json])
    var query = try call.query { OrderListQuery(reading: &$0, ofOneCustomer: true) }
    query.filter.customer = customer
    return try await list(call, services, query, requiringCustomer: true)
  }

  private static func list(
    _ call: Call, _ services: Services, _ query: OrderListQuery, requiringCustomer: Bool = false
  ) async throws -> Response {
    if let words = query.words {
      let found = try await services.orders.search(
        words, query.filter, after: query.page.start, size: query.page.size,
        requiringCustomer: requiringCustomer)
      return .json(.ok, JSONWriter.page(found) { call.next($0.cursor(of: query.listName)) })
    }
    var total: ListTotal?
    if let count = query.total { total = try await services.orders.total(query.filter, count) }
    let next: (OrderPosition) -> String = { call.next($0.cursor(of: query.listName)) }
    if query.page.start == nil,
      let page = try await services.orderPages.page(
        OrderPages.List(filter: query.filter, size: query.page.size),
        requiringCustomer: requiringCustomer)
    {
      return .json(.ok, JSONWriter.page(ofTexts: page, total: total, next: next))
    }
    let page = try await services.orders.list(
      query.filter, after: query.page.start, size: query.page.size,
      requiringCustomer: requiringCustomer)
    return .json(.ok, JSONWriter.page(page, total: total, bytesPerEntry: 640, next: next))
  }

  /// Finds an order by its id, by its number, or by `ref:` and its reference.
  private static func find(_ call: Call, _ services: Services) async throws -> Order {
    let text = try call.value("id")
    guard text.hasPrefix("ref:") else {
      return try await services.orders.find(try key(call), in: call.scope)
    }
    guard let reference = OrderReference(String(text.dropFirst(4))) else {
      throw OrderError.unknownOrder
    }
    return try await services.orders.find(reference, in: call.scope)
  }

  /// A text that cannot be the key of an order belongs to no order.
  static func key(_ call: Call) throws -> OrderKey {
    guard let key = OrderKey(try call.value("id")) else { throw OrderError.unknownOrder }
    return key
  }

  static func requiredVersion(
    _ call: Call, _ services: Services, _ key: OrderKey
  ) async throws -> Int? {
    try await call.requiredVersion { try await services.orders.find(key, in: call.scope).version }
  }

  static func answer(_ order: Order) -> Response {
    .changed(order.tag, text(of: order))
  }

  static func text(of order: Order) -> [UInt8] {
    JSONWriter.object(reserving: 1_024) { order.write(to: &$0) }
  }
}

extension Order {
  var tag: EntityTag { EntityTag(version: version) }
}
