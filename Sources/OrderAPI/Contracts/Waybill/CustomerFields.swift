import JSON
import Orders

// What is written and read of customers.

extension Customer: AnswerObject {
  static let schema = describe("Customer", "Somebody who orders.")

  func write(to json: inout some AnswerFields) {
    json.string("id", id.value, "The customer's id.", "demo-1")
    json.integer("number", number, in: 1...Int.max, "Its sequential number.", 1)
    json.string(
      "name", name, "The name; null when only an order has named the customer.", "Demo Customer 1")
    json.string(
      "email", email, "Where to write to; null when nobody has said.", "demo@example.org")
    json.optionalJSON(
      "ship_to", shipTo, Address.schema,
      "Where orders go that say nothing of it; absent when nobody has said.")
    json.version(version)
    json.moment("created_at", createdAt, "When it was made.")
    json.moment("updated_at", updatedAt, "When it last changed.")
  }

  static let sample = Customer(
    id: CustomerID("demo-1")!, number: 1, name: "Demo Customer 1", email: "demo@example.org",
    shipTo: Array(Address.sample.json.utf8), version: 1, createdAt: .sample, updatedAt: .sample)
}

extension NewCustomer {
  static let schema = BodySchema.collect(NewCustomer.init(reading:))
    .about("A customer to introduce.").named("NewCustomer")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let id = body.optional(
      "id", .text(CustomerID.self), "Your own id; one is made when none is given.", "c-9")
    let name = body.required(
      "name", .text(Name.self), "What the customer is called.", "Demo Customer 9")
    let email = body.optional("email", .text(EmailAddress.self), "Where to write to.")
    let shipTo = body.optional(
      "ship_to", .address, "Where orders go that say nothing of it; they get a copy.")
    try body.check()
    guard let name else { throw body.refuse("must be a customer") }
    self.init(id: id, name: name, email: email, shipTo: shipTo?.json)
  }
}

extension CustomerChange {
  static let schema = BodySchema.collect(CustomerChange.init(reading:))
    .about("What is to change of a customer.").named("CustomerChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let name = body.changed(
      "name", .text(Name.self), "The new name; absent keeps.", "Demo Customer 1")
    let email = body.clearable(
      "email", .text(EmailAddress.self), "The new address; absent keeps, null clears.")
    let shipTo = body.clearable(
      "ship_to", .address,
      "Where orders go from now on that say nothing of it; absent keeps, null clears.")
    self.init(
      name: name, email: email,
      shipTo: shipTo.map(\.json))
  }
}
