import HTTP
import JSON
import OrderStore
import Orders

/// Customers in the own API.
enum CustomerRoutes {
  static let routes: [Route] = [
    Route(.post, "/customers", About.create, access: .retailer, create),
    Route(.get, "/customers", About.list, access: .retailer, reads: .anyCopy, list),
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
        query.words, email: query.email, after: query.found, size: query.size)
      return .json(
        .ok,
        JSONWriter.page(found) { call.next(Cursor.text(list: query.listName, [$0.word, $0.id])) })
    }
    let page = try await services.customers.list(
      only: query.ids, after: query.number, size: query.size)
    var total: ListTotal?
    if let count = query.total { total = try await services.customers.total(count) }
    return .json(
      .ok,
      JSONWriter.page(page, total: total) {
        call.next(Cursor.text(list: "customers", position: $0))
      })
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
  /// The customers who are named; empty for all.
  let ids: Set<CustomerID>
  let words: SearchWords?
  let email: EmailAddress?
  /// How all customers are to be counted, if they are.
  let total: ListCount?
  /// The name of the list in its cursors. One that is searched is in another order.
  let listName: String
  let size: PageSize
  /// Behind which customer the page begins: in a list of all, and in a search.
  let number: Int?
  let found: NamePosition?

  init(reading query: inout some QueryFields) {
    words = query.searchWords(
      "Only customers who have all of these words, up to six, in their name or address; the last "
        + "is a beginning.")
    email = query.text(
      "email", EmailAddress.self, "Only customers with this address, in any case.")
    let isSearch = words != nil || email != nil
    ids = query.list(
      "ids", CustomerID.listSchema, count: CustomerID.namedAtOnce,
      rule: "must be \(CustomerID.namedAtOnce.words) customer ids, parted by commas",
      "Only these customers, \(CustomerID.namedAtOnce.words), parted by commas. Unknown ones are "
        + "left out. An id that has a comma itself cannot be named here.",
      CustomerID.init)
    if !ids.isEmpty, isSearch { query.refuse("ids", "must not be given with a search") }
    total = query.total(isSearch: isSearch)
    if !ids.isEmpty, total != nil { query.refuse("total", "must not be given with ids") }
    let listName = isSearch ? "customers found" : "customers"
    let page = query.page { text -> (number: Int?, found: NamePosition?)? in
      guard isSearch else { return Cursor.position(text, list: listName).map { ($0, nil) } }
      return Cursor.position(text, list: listName, parts: 2).map {
        (nil, NamePosition(word: $0[0], id: $0[1]))
      }
    }
    self.listName = listName
    size = page.size
    number = page.start?.number
    found = page.start?.found
  }
}

extension CustomerID {
  /// How many customers a list may be asked for by name.
  fileprivate static let namedAtOnce = 1...100

  /// Some of them, parted by commas.
  fileprivate static let listSchema =
    Schema.string(pattern: "^[^,]+(,[^,]+){0,\(namedAtOnce.upperBound - 1)}$")
    .example("demo-1,demo-2")
}

extension ClosedRange<Int> {
  fileprivate var words: String { "\(lowerBound) to \(upperBound)" }
}
