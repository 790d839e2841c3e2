import HTTP
import JSON
import OrderStore
import Orders

/// Customers in the own API.
enum CustomerRoutes {
  static let routes: [Route] = [
    Route(.post, "/customers", About.create, access: .retailer, create),
    Route(.get, "/customers", About.list, access: .retailer, list),
    Route(.get, "/customers/{id}", About.get, access: .roles([.retailer, .customer]), get),
    Route(.patch, "/customers/{id}", About.change, access: .retailer, change),
  ]

  private static func create(_ call: Call, _ services: Services) async throws -> Response {
    let customer = try await services.customers.create(
      try call.body(NewCustomer.init(reading:)), by: call.who)
    return .created(
      at: call.location(of: customer.id.value), customer.tag,
      JSONWriter.object { customer.write(to: &$0) })
  }

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    var parameters = try call.parameters()
    let words = parameters.searchWords()
    let email = parameters.text("email", EmailAddress.self)
    guard words == nil, email == nil else {
      let name = "customers found"
      let (size, position) = try parameters.page { Cursor.position($0, list: name, parts: 1) }
      let found = try await services.customers.search(
        words, email: email, after: position?[0], size: size)
      return .json(
        .ok, JSONWriter.page(found) { call.next(Cursor.text(list: name, [$0])) })
    }
    let (size, position) = try parameters.page { Cursor.position($0, list: "customers") }
    let page = try await services.customers.list(after: position, size: size)
    return .json(
      .ok, JSONWriter.page(page) { call.next(Cursor.text(list: "customers", position: $0)) })
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    // Whose customers may be seen is known before anything is loaded.
    guard let customerID = CustomerID(id), call.scope.covers(customerID),
      let customer = try await services.customers.find(customerID)
    else { throw missing(id) }
    return call.answer(customer.tag) { JSONWriter.object { customer.write(to: &$0) } }
  }

  private static func change(_ call: Call, _ services: Services) async throws -> Response {
    let id = try call.value("id")
    let expected = try await expectedVersion(call, services, id)
    let change = try call.body(CustomerChange.init(reading:))
    guard let customerID = CustomerID(id),
      let customer = try await services.customers.change(
        customerID, to: change, expecting: expected, by: call.who)
    else { throw missing(id) }
    return .changed(customer.tag, JSONWriter.object { customer.write(to: &$0) })
  }

  private static func expectedVersion(
    _ call: Call, _ services: Services, _ id: String
  ) async throws -> Int? {
    try await call.requiredVersion {
      guard let customerID = CustomerID(id),
        let customer = try await services.customers.find(customerID)
      else { throw missing(id) }
      return customer.version
    }
  }

  private static func missing(_ id: String) -> Failure { .notFound("customer \(id)") }
}

extension Customer {
  fileprivate var tag: EntityTag { EntityTag(version: version) }
}
