import JSON
import Orders

// What the own API shows of orders.

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
    json.object("shipping", shipping, "Who carries it.")
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
    totalQuantity: 2, totalAmount: "99.80", shipping: .sample, version: 1, createdAt: .sample,
    updatedAt: .sample)
}

extension Shipping: AnswerObject {
  static let schema = describe("Shipping", "Who carries an order.")

  func write(to json: inout some AnswerFields) {
    json.string("carrier", carrier, "Who carries it; null when nobody has said.", "Demo Carrier")
    json.string(
      "tracking_number", trackingNumber,
      "The carrier's number for it; null when nobody has said.", "1234567890")
  }

  static let sample = Shipping(carrier: nil, trackingNumber: nil)
}

extension PlacedOrder {
  static let schema = AnswerSchema.collect {
    PlacedOrder(order: .sample, unavailable: []).write(to: &$0, inPart: true)
  }
  .about("An order as it was placed.").named("PlacedOrder")

  /// Writes the order; with what could not be had, where it may be placed in part.
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

extension OrderEvent: AnswerObject {
  static let schema = describe("OrderEvent", "One step of an order's history.")

  func write(to json: inout some AnswerFields) {
    json.integer(
      "version", version, in: 1...Int.max, "The version of the order that it made.", 2)
    json.word("what", what, "What was done.")
    json.word("from", from, "The status before; null when the order was placed.")
    json.word("to", to, "The status after.")
    json.string("who", who, Caller.explanation, .string(Caller.example))
    json.moment("when", createdAt, "When it was done.")
  }

  static let sample = OrderEvent(
    version: 2, what: .moved, from: .new, to: .inProgress, who: Caller.example,
    createdAt: .sample)
}

extension OrderEvent.Kind: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("What was done to an order; `touched` is a write that made no difference.")
    .named("OrderEventKind")
}

// MARK: - Words

extension OrderStatus: FieldWord {
  static let schema = Schema.word(Self.self).about("Where an order stands.").named("OrderStatus")
}

extension Channel: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("Through which contract an order came.").named("Channel")
}

extension Caller {
  /// What stands wherever a change names who made it.
  static let explanation =
    "Who did it: the role, name and number of a token; where none is needed, the contract that "
    + "was called, such as `api, no token`; in psql the database user."

  static let example = #"warehouse "tablet 3" (token 5)"#
}
