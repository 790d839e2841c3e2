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
      try call.body(NewCustomer.init(reading:)), by: call.actor)
    return .created(
      at: call.location(of: customer.id.value), customer.tag,
      JSONWriter.object { customer.write(to: &$0) })
  }

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let query = try call.query { CustomerListQuery(reading: &$0) }
    guard query.words == nil, query.email == nil else {
      let found = try await services.customers.search(
        query.words, email: query.email, after: query.page.start, size: query.page.size)
      return .json(
        .ok, JSONWriter.page(found) { call.next(Cursor.text(list: query.listName, [$0])) })
    }
    let page = try await services.customers.list(
      after: query.page.start.flatMap { Int($0) }, size: query.page.size)
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
        customerID, to: change, expecting: expected, by: call.actor)
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

/// What a list of customers is asked for.
struct CustomerListQuery {
  let words: SearchWords?
  let email: EmailAddress?
  /// The name of the list in its cursors. One that is searched is in another order.
  let listName: String
  /// A page begins behind a number, or, in a search, behind an id.
  let page: (size: PageSize, start: String?)

  init(reading query: inout some QueryFields) {
    words = query.searchWords(
      "Only customers who have all of these words, up to six, in their name or address; the last "
        + "is a beginning.")
    email = query.text(
      "email", EmailAddress.self, "Only customers with this address, in any case.")
    let isSearch = words != nil || email != nil
    let listName = isSearch ? "customers found" : "customers"
    page = query.page { text in
      let position = Cursor.position(text, list: listName, parts: 1)?[0]
      return isSearch || position.flatMap({ Int($0) }) != nil ? position : nil
    }
    self.listName = listName
  }
}
