import JSON
import Orders

// What the store's contract shows and reads.

/// A customer who has just been introduced.
struct StoreCustomer: AnswerObject {
  let number: Int
  let name: String
  let email: String

  static let schema = describe("StoreCustomer", "A customer of the store.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.integer("id", number, in: 1...Int.max, "The customer's number.", 1)
    json.string("name", name, "What the customer is called.", "Steve Smith")
    json.string("email", email, "Where to write to.", "steve.smith@example.org")
  }

  static let sample = StoreCustomer(
    number: 1, name: "Steve Smith", email: "steve.smith@example.org")
}

/// A product that can be ordered.
struct StoreProduct: AnswerObject {
  let number: Int
  let name: String
  let description: String
  let sku: String
  let quantity: Int

  static let schema = describe("StoreProduct", "A product of the store.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.integer("id", number, in: 1...Int.max, "The product's number.", 1)
    json.string("name", name, "What it is called.", "Bluetooth Keyboard")
    json.string("description", description, "What it is like.", "Quiet keys")
    json.sku(sku)
    json.integer(
      "quantity", quantity, in: Product.allowedStock, "How many units there are.", 7)
  }

  static let sample = StoreProduct(
    number: 1, name: "Bluetooth Keyboard", description: "Quiet keys", sku: "ABC123", quantity: 7)
}

extension StoreProduct {
  init(_ product: Product) {
    // The contract knows no null.
    self.init(
      number: product.number, name: product.name, description: product.description ?? "",
      sku: product.id.value, quantity: product.stock)
  }
}

/// An order of one unit.
struct StoreOrder: AnswerObject, Sendable {
  let number: Int
  let sku: String
  let total: String
  let createdAt: Timestamp

  static let schema = describe("StoreOrder", "An order of one unit.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.integer("id", number, in: 1...Int.max, "The order's number.", 1)
    json.sku(sku)
    json.money("total", digits: total, "What it costs.", .number("12.34"))
    json.second("created_at", createdAt, "When it was placed.")
  }

  static let sample = StoreOrder(number: 1, sku: "ABC123", total: "12.34", createdAt: .sample)
}

extension StoreOrder {
  /// An order of the store has one line, unless staff has edited it through the own API. Then the
  /// SKU is that of the first line, and the total is that of the whole order.
  init(_ order: Order, afterChange: Bool) throws(OrderError) {
    self.init(
      number: order.number,
      sku: try order.lines(afterChange: afterChange).first?.product ?? "",
      total: order.totalAmount, createdAt: order.createdAt)
  }
}

/// Somebody who waits for a product.
struct StoreNotification: AnswerObject {
  let subscription: StockSubscription

  static let schema = describe(
    "StoreNotification", "Somebody who waits for a product.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.integer(
      "id", subscription.number, in: 1...Int.max, "The number of this request.", 1)
    json.sku(subscription.product.value)
    json.second("created_at", subscription.createdAt, "When it was asked for.")
  }

  static let sample = StoreNotification(
    subscription: StockSubscription(
      number: 1, product: ProductID("ABC123")!, createdAt: .sample))
}

extension AnswerFields {
  @inline(__always)
  fileprivate mutating func sku(_ value: String) {
    string("sku", value, "The product's SKU.", "ABC123")
  }

  /// A moment as this contract writes it: `2020-06-15T20:22:26Z`.
  @inline(__always)
  fileprivate mutating func second(
    _ name: StaticString, _ value: Timestamp, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: true, Schema.moment.about(about())) {
      $0.string($1, value.rfc3339.prefix(19) + "Z")
    }
  }
}

// MARK: - Bodies

extension NewCustomer {
  static let storeSchema = BodySchema.collect(NewCustomer.init(store:))
    .about("A customer to introduce.").named("StoreNewCustomer")

  init(store body: some BodyFields) throws(JSONInvalid) {
    let name = body.required(
      "name", .text(Name.self), "What the customer is called.", "Steve Smith")
    let email = body.required(
      "email", .text(EmailAddress.self), "Where to write to.", "steve.smith@example.org")
    try body.check()
    guard let name, let email else { throw body.refuse("must be a customer") }
    self.init(id: nil, name: name, email: email)
  }
}

/// The product that is wanted.
struct StoreProductRequest {
  let sku: String

  static let schema = BodySchema.collect(StoreProductRequest.init(reading:))
    .about("The product that is wanted.").named("StoreProductRequest")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let sku = body.required("sku", SKUField(), "The product's SKU.", "keyboard")
    try body.check()
    guard let sku else { throw body.refuse("must name a product") }
    self.sku = sku
  }
}

/// Any text with a visible character. A text that cannot be an SKU counts as the SKU of a product
/// that does not exist.
private struct SKUField: FieldType {
  var schema: Schema {
    .string(1...JSONLimits.stringCharacters, pattern: Schema.visible)
  }

  func read(_ field: JSONField) -> String? {
    field.string { $0.allSatisfy(\.isWhitespace) ? "must not be blank" : nil }
  }
}
