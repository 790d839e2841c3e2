import JSON
import Orders

// What the own API reads of orders.

extension NewOrder {
  static let schema = BodySchema.collect(NewOrder.init(reading:))
    .about("An order to place.").named("NewOrder")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let customer = body.required("customer_id", .text(CustomerID.self), "Whose order it is.")
    let reference = body.optional(
      "reference", .text(OrderReference.self), "Your own id for the order; it means one order.",
      "PO-1001")
    let shortage = body.optional(
      "shortage", .word(ShortageWord.self), standing: "refuse",
      "What to do when stock is short; null counts as absent.")
    let lines = try body.objects(
      "items", of: NewLine.schema, count: Self.allowedLines, "What is ordered."
    ) { item throws(JSONInvalid) in try NewLine(json: item) }
    try body.check()
    guard let customer,
      let order = NewOrder(
        channel: .api, customer: customer, reference: reference,
        shortage: shortage?.shortage ?? .refuse, lines: lines)
    else { throw body.refuse("is no order") }
    self = order
  }
}

/// What to do when stock is short, as a client of the own API may ask for it.
enum ShortageWord: String, FieldWord {
  case refuse, partial

  static let schema = Schema.word(Self.self)
    .about("`refuse` the whole order when stock is short, or take a part: `partial`.")
    .named("Shortage")

  var shortage: NewOrder.Shortage { self == .refuse ? .refuse : .partial }
}

extension NewLine {
  /// The two kinds of lines share their fields, but not which of them must be there. A client may
  /// send back what it has read, and there every line has each of these fields.
  fileprivate static let schema = Schema.either([
    Schema.object(
      [
        "product_id": ProductID.schema.about("The product of the catalogue."),
        "quantity": quantitySchema,
      ],
      optional: [
        "price": Schema.givenMoney.orNull
          .about("The price of one unit; the catalogue's when it is absent or null.", "49.90"),
        "name": Schema.null.about("Is the catalogue's; null counts as absent."),
      ]
    ).about("Something of the catalogue.").named("NewCatalogueLine"),
    Schema.object(
      [
        "quantity": quantitySchema,
        "price": Schema.givenMoney.about("The price of one unit.", "3.50"),
      ],
      optional: [
        "name": .string(allowedNameLength).orNull.about("What it is called.", "Gift wrap"),
        "product_id": Schema.null.about("There is none; null counts as absent."),
      ]
    ).about("Something the catalogue does not know; it takes no stock.").named("NewFreeLine"),
  ]).about("A line of an order to place: of the catalogue, or free.").named("NewLine")

  private static let quantitySchema = Schema.integer(Quantity.allowed).about("How many units.", 2)

  fileprivate init(json: JSONObject) throws(JSONInvalid) {
    let productField = json["product_id"].optional
    let product = productField?.read(.text(ProductID.self))
    let nameField = json["name"].optional
    let name = nameField?.read(.text(Self.allowedNameLength))
    let quantity = json["quantity"].read(.integer(Quantity.allowed))
    let priceField = json["price"].optional
    let price = priceField?.read(.money)
    if productField != nil {
      nameField?.refuse("is the catalogue's where there is a product_id")
    } else if priceField == nil {
      json["price"].refuse("is required where there is no product_id")
    }
    try json.check()
    guard let quantity = quantity.flatMap(Quantity.init),
      let line = NewLine(
        product.map { .product($0, price: price) }
          ?? .free(name: name, price: price ?? Money(cents: 0)), quantity: quantity)
    else { throw json.refuse("is no order line") }
    self = line
  }
}

extension LineChange {
  private static let schema = BodySchema.collect { body throws(JSONInvalid) in
    var seen: Set<ProductID> = []
    return try LineChange(reading: body, seen: &seen)
  }
  .about("A new quantity for one product.").named("LineChange")

  static let listSchema = BodySchema.collect(LineChange.list(reading:))
    .about("New quantities for products of an order.").named("LineChanges")

  /// New quantities for products of an order, each of which is named once.
  static func list(reading body: some BodyFields) throws(JSONInvalid) -> [LineChange] {
    var seen: Set<ProductID> = []
    return try body.objects(
      "items", of: schema, count: NewOrder.allowedLines, isSet: true,
      "The products whose quantities change."
    ) { item throws(JSONInvalid) in try LineChange(reading: item, seen: &seen) }
  }

  private init(
    reading body: some BodyFields, seen: inout Set<ProductID>
  ) throws(JSONInvalid) {
    let product = body.required(
      "product_id", .text(ProductID.self), "The product; none is named twice.")
    let quantity = body.required(
      "quantity", .integer(Self.allowedQuantity),
      "The new quantity, not a difference; 0 takes the line out.", 3)
    if let product, !seen.insert(product).inserted {
      body.refuse("product_id", "must be named once")
    }
    try body.check()
    guard let product, let quantity, let change = LineChange(product, quantity: quantity) else {
      throw body.refuse("is no change of a line")
    }
    self = change
  }
}

extension ShippingChange {
  static let schema = BodySchema.collect(ShippingChange.init(reading:))
    .members(atLeast: 1).about("Who carries an order.").named("ShippingChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let carrier = body.clearable(
      "carrier", .text(Shipping.allowedLength), "Who carries it; absent keeps, null clears.",
      "Demo Carrier")
    let trackingNumber = body.clearable(
      "tracking_number", .text(Shipping.allowedLength),
      "The carrier's number for it; absent keeps, null clears.", "1234567890")
    try body.check()
    guard let change = ShippingChange(carrier: carrier, trackingNumber: trackingNumber) else {
      throw body.refuse("must have a carrier or a tracking_number")
    }
    self = change
  }
}

// MARK: - Statuses

extension OrderStatus {
  static let changeSchema = BodySchema.collect(OrderStatus.init(reading:))
    .about("The next status of an order.").named("StatusChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let status = body.required(
      "status", StatusField(),
      "The status it is to have: \(Self.words). A blank or a hyphen may stand for the "
        + "underscore, and letter case does not matter.", "in_progress")
    try body.check()
    guard let status else { throw body.refuse("must have a status") }
    self = status
  }

  /// All of them, for people.
  static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The words for one of them: letter case aside, a blank or a hyphen for the underscore.
  static let pattern: String = {
    let words = allCases.map { status in
      status.rawValue.map { letter in
        letter == "_" ? "[_ -]" : "[\(letter)\(letter.uppercased())]"
      }.joined()
    }
    return "(" + words.joined(separator: "|") + ")"
  }()
}

/// A status, in any of the ways people write one.
private struct StatusField: FieldType {
  var schema: Schema { .string(pattern: "^\(OrderStatus.pattern)$") }

  func read(_ field: JSONField) -> OrderStatus? {
    guard let status = OrderStatus(word: field.string()) else {
      field.refuse("must be one of: \(OrderStatus.words)")
      return nil
    }
    return status
  }
}
