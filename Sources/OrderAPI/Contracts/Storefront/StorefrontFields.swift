import JSON
import Orders

// What the storefront's contract shows and reads.

/// An order of a shop front.
struct StorefrontOrder: AnswerObject {
  let order: Order
  let products: [StorefrontProduct]

  init(_ order: Order, _ lines: [Order.Line]) {
    self.order = order
    products = lines.map { StorefrontProduct(id: $0.product, quantity: $0.quantity) }
  }

  static let schema = describe("StorefrontOrder", "An order of a shop front.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    // In the database every order of this channel has a customer.
    json.string("customerId", order.customer ?? "", "Whose order it is.", "12345")
    json.objects("products", products, "What was ordered, as it was given.")
    json.string("trackingCompany", order.shipping.carrier, "Who carries it.", "Demo Carrier")
    json.string(
      "trackingNumber", order.shipping.trackingNumber, "The carrier's number for it.", "1234567890")
    json.id("id", order.id, "The order's id.", "d92eabd2-e167-4bba-b272-09a86b9519dd")
    json.word("status", StorefrontContract.Word(order.status), "Where it stands.")
    json.moment("createdAt", order.createdAt, "When it was placed.")
    json.moment("updatedAt", order.updatedAt, "When it last changed.")
  }

  static let sample = inStatus(.new)

  static func inStatus(
    _ status: OrderStatus, _ shipping: Shipping = Shipping(carrier: nil, trackingNumber: nil)
  ) -> StorefrontOrder {
    let order = Order(
      id: OrderID("d92eabd2-e167-4bba-b272-09a86b9519dd")!, number: 1, channel: .storefront,
      status: status, customer: "12345", reference: nil, items: [], totalQuantity: 3,
      totalAmount: "0.00", shipping: shipping, version: 1, createdAt: .sample, updatedAt: .sample)
    return StorefrontOrder(
      order,
      [
        Order.Line(product: "product-1", quantity: 2),
        Order.Line(product: "product-2", quantity: 1),
      ])
  }
}

/// One product of an order, with the fields that a client sends.
struct StorefrontProduct: AnswerObject {
  let id: String
  let quantity: Int

  static let schema = NewLine.storefrontSchema

  func write(to json: inout some AnswerFields) {
    json.string("productId", id, "The product, in the shop front's own words.", "product-1")
    json.integer("quantity", quantity, in: Quantity.allowed, "How many units.", 2)
  }

  static let sample = StorefrontProduct(id: "product-1", quantity: 2)
}

extension StorefrontContract {
  /// The statuses of this contract.
  enum Word: String, FieldWord {
    case processing, canceled, delivered

    static let schema = Schema.word(Self.self)
      .about("Where an order stands; any status may follow any other.").named("StorefrontStatus")

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

// MARK: - Bodies

extension NewOrder {
  static let storefrontSchema = BodySchema.collect(isOpen: true, NewOrder.init(storefront:))
    .about("An order to place.").named("StorefrontNewOrder")

  /// The order in a shop front's request.
  init(storefront body: some BodyFields) throws(JSONInvalid) {
    let customer = body.required(
      "customerId", StorefrontText(length: CustomerID.allowedLength), "Whose order it is.", "12345")
    // A longer list is refused in this contract's own words.
    let lines = try body.objects(
      "products", of: NewLine.storefrontSchema, count: Self.allowedLines,
      reading: 1...JSONLimits.values, "What is ordered."
    ) { product throws(JSONInvalid) in try NewLine(storefront: product) }
    if lines.count > Self.allowedLines.upperBound {
      body.refuse(
        "products", "must contain no more than \(Self.allowedLines.upperBound) elements")
    }
    try body.check()
    guard let customer = customer.flatMap({ CustomerID($0) }),
      let order = NewOrder(
        channel: .storefront, customer: customer, reference: nil, shortage: .refuse, lines: lines)
    else { throw body.refuse("is no order") }
    self = order
  }
}

extension NewLine {
  fileprivate static let storefrontSchema = BodySchema.collect(
    isOpen: true, NewLine.init(storefront:)
  ).about("One product of an order.").named("StorefrontProduct")

  fileprivate init(storefront body: some BodyFields) throws(JSONInvalid) {
    let product = body.required(
      "productId", StorefrontText(length: Self.allowedForeignLength),
      "The product, in the shop front's own words.", "product-1")
    let quantity = body.required("quantity", StorefrontQuantity(), "How many units.", 2)
    try body.check()
    guard let product, let quantity = quantity.flatMap({ Quantity($0) }),
      let line = NewLine(.foreign(id: product), quantity: quantity)
    else { throw body.refuse("is no order line") }
    self = line
  }
}

extension OrderStatus {
  static let storefrontSchema = BodySchema.collect(isOpen: true, OrderStatus.init(storefront:))
    .about("The new status of an order.").named("StorefrontStatusChange")

  init(storefront body: some BodyFields) throws(JSONInvalid) {
    let word = body.required("status", .word(StorefrontContract.Word.self), "The new status.")
    try body.check()
    guard let word else { throw body.refuse("must have a status") }
    self = word.status
  }
}

extension ShippingChange {
  static let storefrontSchema = BodySchema.collect(isOpen: true, ShippingChange.init(storefront:))
    .having("trackingCompany", or: "trackingNumber")
    .about("Who carries an order; one of the two must be there.").named("StorefrontShipping")

  /// Carrier and number in a shop front's request: an absent field keeps the value, null clears it.
  init(storefront body: some BodyFields) throws(JSONInvalid) {
    let text = StorefrontText(length: Shipping.allowedLength)
    let company = body.clearable(
      "trackingCompany", text, "Who carries it; absent keeps, null clears.", "Demo Carrier")
    let number = body.clearable(
      "trackingNumber", text, "The carrier's number for it; absent keeps, null clears.",
      "1234567890")
    try body.check()
    let change = ShippingChange(carrier: company, trackingNumber: number)
    if change == nil {
      body.refuse("trackingCompany", "must be a string")
      body.refuse("trackingNumber", "must be a string")
    }
    try body.check()
    guard let change else { throw body.refuse("must have one of both") }
    self = change
  }
}

/// A text, with this contract's own sentences.
private struct StorefrontText: FieldType {
  let length: ClosedRange<Int>

  var schema: Schema { .string(length) }

  func read(_ field: JSONField) -> String? {
    field.string(length: 0...JSONLimits.documentBytes) { text in
      if text.isEmpty { return "should not be empty" }
      return length.contains(text.unicodeScalars.count)
        ? nil : "must be shorter than or equal to \(length.upperBound) characters"
    }
  }
}

/// A quantity, with this contract's own sentences.
private struct StorefrontQuantity: FieldType {
  var schema: Schema { .integer(Quantity.allowed) }

  func read(_ field: JSONField) -> Int? {
    let quantity = field.integer(in: .min...Quantity.allowed.upperBound)
    // A value that was refused already is read as the least integer.
    if quantity > .min, quantity < Quantity.allowed.lowerBound {
      field.refuse("must not be less than \(Quantity.allowed.lowerBound)")
    }
    return quantity
  }
}
