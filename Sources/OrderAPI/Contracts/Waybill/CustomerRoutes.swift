import HTTP
import JSON
import OrderStore
import Orders

/// Customers in the own API.
struct CustomerRoutes {
  private let customers: CustomerRepository

  init(_ customers: CustomerRepository) { self.customers = customers }

  var routes: [Route] {
    [
      Route(.post, "/customers", About.create, access: .retailer, create),
      Route(.get, "/customers", About.list, access: .retailer, list),
      Route(.get, "/customers/{id}", About.get, access: .roles([.retailer, .customer]), get),
      Route(.patch, "/customers/{id}", About.change, access: .retailer, change),
    ]
  }

  private func create(_ call: Call) async throws -> Response {
    let new = try call.body { (json) throws(JSONInvalid) in
      let id = json["id"].optional?.parsed(CustomerID.rule, CustomerID.init)
      let name = json["name"].parsed(Name.rule, Name.init)
      let email = json["email"].optional?.parsed(EmailAddress.rule, EmailAddress.init)
      try json.check()
      guard let name else { throw json.refuse("must be a customer") }
      return NewCustomer(id: id, name: name, email: email)
    }
    let customer = try await customers.create(new)
    return .created(
      at: call.location(of: customer.id.value), customer.tag, JSONWriter.object(customer.write))
  }

  private func list(_ call: Call) async throws -> Response {
    var parameters = try call.parameters()
    let size = parameters.pageSize()
    let position = parameters.read("cursor", Cursor.rule) {
      Cursor.position($0, list: "customers")
    }
    try parameters.finish()
    let page = try await customers.list(after: position, size: size)
    return .json(
      .ok,
      JSONWriter.page(page) {
        call.next(Cursor.text(list: "customers", position: $0))
      } _: {
        $0.write(&$1)
      })
  }

  private func get(_ call: Call) async throws -> Response {
    let id = try call.value("id")
    // Whose customers may be seen is known before anything is loaded.
    guard let customerID = CustomerID(id), call.scope.covers(customerID),
      let customer = try await customers.find(customerID)
    else { throw Self.missing(id) }
    return call.answer(customer.tag) { JSONWriter.object(customer.write) }
  }

  private func change(_ call: Call) async throws -> Response {
    let id = try call.value("id")
    let expected = try await expectedVersion(call, id)
    let change = try call.body { (json) throws(JSONInvalid) in
      CustomerChange(
        name: json["name"].ifPresent?.parsed(Name.rule, Name.init),
        email: json["email"].parsedChange(EmailAddress.rule, EmailAddress.init))
    }
    guard let customerID = CustomerID(id),
      let customer = try await customers.change(customerID, to: change, expecting: expected)
    else { throw Self.missing(id) }
    return .changed(customer.tag, JSONWriter.object(customer.write))
  }

  private func expectedVersion(_ call: Call, _ id: String) async throws -> Int? {
    try await call.requiredVersion {
      guard let customerID = CustomerID(id), let customer = try await customers.find(customerID)
      else { throw Self.missing(id) }
      return customer.version
    }
  }

  private static func missing(_ id: String) -> Failure { .notFound("customer \(id)") }
}

extension CustomerID {
  static let rule = "must have 1 to 255 characters"
}

extension EmailAddress {
  static let rule = "must be an e-mail address"
}

extension Customer {
  fileprivate var tag: EntityTag { EntityTag(version: version) }

  fileprivate func write(_ json: inout JSONObjectWriter) {
    json.string("id", id.value)
    json.integer("number", number)
    json.string("name", name)
    json.string("email", email)
    json.integer("version", version)
    json.moment("created_at", createdAt)
    json.moment("updated_at", updatedAt)
  }
}
