import JSON
import Orders

// What the own API shows and reads of orders.

extension Order: AnswerObject {
  static let schema = describe("Order", "An order with its lines.")

  func write(to json: inout some AnswerFields) {
    json.id("id", id, "The order's id.", "019b7a40-5e00-7000-8000-000000000001")
    json.integer(
      "number", number, in: 1...Int.max,
      "Its sequential number; it names the order as well as the id.", 1042)
    json.word("channel", channel, "Through which contract it came.")
    json.word("status", status, "Where it stands.")
    json.string(
      "customer_id", customer, "Whose order it is; null for an order of the fulfilment contract.",
      "demo-1")
    json.string(
      "reference", reference, "The client's own id for it; null without one.", "PO-1001")
    json.rendered(
      "items", items, .array(Self.line),
      "Its lines, in the order given; none for an order of the fulfilment contract.")
    json.integer("total_quantity", totalQuantity, in: 0...Int.max, "The units of all lines.", 2)
    json.money("total_amount", digits: totalAmount, "The amount of all lines.", .number("99.80"))
    json.object("shipping", shipping, "Who carries it; with shipments, the newest one.")
    extras.write(to: &json)
    json.optionalInteger(
      "shipped_quantity", shippedQuantity, in: 1...Int.max,
      "The units that have gone out in shipments; absent when none have.", 2)
    json.returned(returned?.quantity, returned?.amount)
    json.words("allowed_statuses", allowedStatuses, "What it may become next.")
    json.version(version)
    json.moment("created_at", createdAt, "When it was placed.")
    json.moment("updated_at", updatedAt, "When it last changed.")
  }

  /// A line as the database renders it.
  private static let line = Schema.object(
    [
      "product_id": .string().orNull
        .about("The product; null on a line that is not of the catalogue.", "keyboard"),
      "name": .string().orNull
        .about("What it was called when it was ordered; null when it has no name.", "Keyboard"),
      "quantity": .integer(Quantity.allowed).about("How many units.", 2),
      "price": Schema.money.about("The price of one unit.", .number("49.90")),
      "amount": Schema.money.about("Quantity times price.", .number("99.80")),
    ], isOpen: true
  ).about("One line of an order.").named("OrderLine")

  static let sample = Order(
    id: OrderID("019b7a40-5e00-7000-8000-000000000001")!, number: 1_042, channel: .api,
    status: .new, customer: "demo-1", reference: "PO-1001",
    items: Array(
      #"""
      [{"product_id":"keyboard","name":"Keyboard","quantity":2,"price":49.90,"amount":99.80}]
      """#.utf8),
    totalQuantity: 2, totalAmount: "99.80", shipping: .sample, extras: .sample,
    returned: ReturnedGoods(quantity: 1, amount: "49.90"), shippedQuantity: 2, version: 1,
    createdAt: .sample, updatedAt: .sample)
}

extension PlacedOrder {
  static let schema = AnswerSchema.collect {
    PlacedOrder(order: .sample, unavailable: []).write(to: &$0, inPart: true)
  }
  .about("An order as it was placed.").named("PlacedOrder")

  /// Writes the order; when it may be placed in part, also what it asked for but did not get.
  func write(to json: inout some AnswerFields, inPart: Bool) {
    order.write(to: &json)
    guard inPart else { return }
    json.objects(
      "unavailable", unavailable, isAlwaysThere: false,
      "What was asked for and could not be had; only with `\"shortage\": \"partial\"`.")
  }
}

extension Shortfall: AnswerObject {
  static let schema = describe("Shortfall", "A product of which there is too little.")

  func write(to json: inout some AnswerFields) {
    json.string("product_id", product.value, "The product that is short.", "webcam")
    json.integer("requested", requested, "How many units were asked for.", 2)
    json.integer("available", available, "How many units there were.", 0)
  }

  static let sample = Shortfall(product: ProductID("webcam")!, requested: 2, available: 0)
}

extension Channel: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("Through which contract an order came.").named("Channel")
}

// MARK: - Bodies

extension NewOrder {
  static let schema = BodySchema.collect(NewOrder.init(reading:))
    .about("An order to place.").named("NewOrder")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let customer = body.required("customer_id", .text(CustomerID.self), "Whose order it is.")
    let reference = body.optional(
      "reference", .text(OrderReference.self), "Your own id for the order; it means one order.",
      "PO-1001")
    let shortage = body.optional(
      "shortage", .word(ShortageWord.self), default: "refuse",
      "What to do when stock is short; null counts as absent.")
    let extras = ExtrasChange(ofNew: body)
    let lines = try body.objects(
      "items", of: NewLine.schema, count: Self.allowedLines, "What is ordered."
    ) { item throws(JSONInvalid) in try NewLine(json: item) }
    try body.check()
    guard let customer,
      let order = NewOrder(
        channel: .api, customer: customer, reference: reference,
        shortage: shortage?.shortage ?? .refuse, lines: lines, extras: extras)
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
  /// Both kinds of lines have the same fields, but different ones are required. A client may send
  /// back lines that it has read, and those have all of these fields.
  fileprivate static let schema = Schema.either([
    Schema.object(
      [
        "product_id": ProductID.schema.about("The product of the catalogue."),
        "quantity": quantitySchema,
      ],
      optional: [
        "price": Schema.moneyInput.orNull
          .about("The price of one unit; the catalogue's when it is absent or null.", "49.90"),
        "name": Schema.null.about("Is the catalogue's; null counts as absent."),
      ]
    ).about("Something of the catalogue.").named("NewCatalogueLine"),
    Schema.object(
      [
        "quantity": quantitySchema,
        "price": Schema.moneyInput.about("The price of one unit.", "3.50"),
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

extension OrderChange {
  static let schema = BodySchema.collect(OrderChange.init(reading:))
    .members(atLeast: 1)
    .about("New quantities for products of an order, and what it has beside its lines.")
    .named("OrderChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    var seen: Set<ProductID> = []
    let lines = try body.optionalObjects(
      "items", of: LineChange.schema, count: NewOrder.allowedLines, isSet: true,
      "The products whose quantities change, while it is new."
    ) { item throws(JSONInvalid) in try LineChange(reading: item, seen: &seen) }
    let extras = ExtrasChange(changing: body)
    if lines == nil, extras == nil {
      body.refuse("items", JSONViolation.Reason.missing.description)
    }
    try body.check()
    self.init(lines: lines ?? [], extras: extras)
  }
}

extension LineChange {
  fileprivate static let schema = BodySchema.collect { body throws(JSONInvalid) in
    var seen: Set<ProductID> = []
    return try LineChange(reading: body, seen: &seen)
  }
  .about("A new quantity for one product.").named("LineChange")

  /// `seen` are the products that lines before this one name.
  fileprivate init(
    reading body: some BodyFields, seen: inout Set<ProductID>
  ) throws(JSONInvalid) {
    let product = body.productNamedOnce()
    let quantity = body.required(
      "quantity", .integer(Self.allowedQuantity),
      "The new quantity, not a difference; 0 takes the line out.", 3)
    body.refuse(product, unlessNewIn: &seen)
    try body.check()
    guard let product, let quantity, let change = LineChange(product, quantity: quantity) else {
      throw body.refuse("is no change of a line")
    }
    self = change
  }
}
