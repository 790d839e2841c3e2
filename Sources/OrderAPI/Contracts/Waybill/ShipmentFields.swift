import JSON
import Orders

// What the own API shows and reads of shipments.

extension NewShipment {
  static let schema = BodySchema.collect(NewShipment.init(reading:))
    .about("Goods of an order that go out in one parcel.").named("NewShipment")

  private static let item = BodySchema.collect { body throws(JSONInvalid) in
    var seen: Set<[String?]> = []
    return try NewShipment.Item(reading: body, seen: &seen)
  }
  .about("Units of one product, or of the free items of one name.").named("NewShipmentItem")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    var seen: Set<[String?]> = []
    let carrier = body.optional(
      "carrier", .text(Shipping.allowedLength),
      "Who carries it; absent in the first shipment, as the order says already.", "Demo Carrier")
    let trackingNumber = body.optional(
      "tracking_number", .text(Shipping.allowedLength),
      "The carrier's number for it; absent in the first shipment, as the order says already.",
      "1234567890")
    let items = try body.optionalObjects(
      "items", of: Self.item, count: Self.allowedItems, isSet: true,
      "What is in it; absent, everything that has not gone out yet."
    ) { item throws(JSONInvalid) in try NewShipment.Item(reading: item, seen: &seen) }
    try body.check()
    guard
      let shipment = NewShipment(
        shipping: Shipping(carrier: carrier, trackingNumber: trackingNumber), items: items)
    else { throw body.refuse("is no shipment") }
    self = shipment
  }
}

extension NewShipment.Item {
  /// `seen` are the items before this one.
  fileprivate init(
    reading body: some BodyFields, seen: inout Set<[String?]>
  ) throws(JSONInvalid) {
    let product = body.optional(
      "product_id", .text(NewShipment.allowedProductLength),
      "The product; absent for free items. None is named twice.", "keyboard")
    let name = body.optional(
      "name", .text(NewLine.allowedNameLength),
      "What free items are called, where there is no product_id; absent for those without a name. "
        + "That of a product is not read.", "Gift wrap")
    let quantity = body.required(
      "quantity", .integer(Quantity.allowed), "How many units go out.", 1)
    if !seen.insert([product, product == nil ? name : nil]).inserted {
      body.refuse(product == nil ? "name" : "product_id", "must be named once")
    }
    try body.check()
    guard let quantity = quantity.flatMap(Quantity.init) else {
      throw body.refuse("is no item of a shipment")
    }
    self.init(product: product, name: name, quantity: quantity)
  }
}

extension Shipment: AnswerObject {
  static let schema = describe("Shipment", "A parcel of an order.")

  func write(to json: inout some AnswerFields) {
    json.integer(
      "shipment", number, in: NewShipment.allowedNumber, "Which parcel of the order it is.", 1)
    json.integer(
      "version", version, in: 1...Int.max, "The version of the order that the shipment made.", 3)
    shipping.write(to: &json)
    json.rendered("items", items, .array(Self.item), "What is in it.")
    json.integer("quantity", quantity, in: 1...Int.max, "How many units are in it.", 2)
    json.string("who", actor, Caller.explanation, .string(Caller.example))
    json.moment("created_at", createdAt, "When it went out.")
  }

  private static let item = Schema.object(
    [
      "product_id": .string().orNull.about("The product; null for free items.", "keyboard"),
      "name": .string().orNull.about("What it was called when it was ordered.", "Keyboard"),
      "quantity": .integer(1...Int.max).about("How many units.", 2),
    ], isOpen: true
  ).about("Units in a parcel.").named("ShipmentItem")

  static let sample = Shipment(
    number: 1, version: 3,
    shipping: Shipping(carrier: "Demo Carrier", trackingNumber: "1234567890"),
    items: Array(#"[{"product_id":"keyboard","name":"Keyboard","quantity":2}]"#.utf8), quantity: 2,
    actor: Caller.example, createdAt: .sample)
}

extension PackingSlip: AnswerObject {
  static let schema = describe("PackingSlip", "What is put beside the goods of an order.")

  func write(to json: inout some AnswerFields) {
    json.id("order_id", order.id, "The order's id.", "019b7a40-5e00-7000-8000-000000000001")
    json.integer("number", order.number, in: 1...Int.max, "Its sequential number.", 1_042)
    json.string("reference", order.reference, "The client's own id for it.", "PO-1001")
    json.string("customer_id", order.customer, "Whose order it is.", "demo-1")
    json.moment("created_at", order.createdAt, "When it was placed.")
    json.optionalJSON(
      "ship_to", order.extras.shipTo, Address.schema,
      "Where it goes; absent when nobody has said.")
    json.optionalString(
      "note", order.extras.note, "What the warehouse should know; absent without one.",
      "Ring twice")
    json.optionalObject(
      "shipment", shipment, Shipment.self, "The parcel that it is for; only with `shipment`.")
    json.rendered("lines", lines, .array(Self.line), "The goods.")
  }

  private static let line = Schema.object(
    [
      "product_id": .string().orNull.about("The product; null for free items.", "keyboard"),
      "name": .string().orNull.about("What it was called when it was ordered.", "Keyboard"),
      "quantity": .integer(1...Int.max).about("How many units were ordered.", 2),
      "shipped": .integer(0...Int.max).about("How many have gone out.", 2),
      "to_ship": .integer(0...Int.max).about("How many are still to go out.", 0),
    ],
    optional: [
      "in_shipment": .integer(0...Int.max).about("How many are in this parcel.", 2)
    ], isOpen: true
  ).about("A product of an order, or its free items of one name.").named("PackingSlipLine")

  static let sample = PackingSlip(
    order: .sample, shipment: .sample,
    lines: Array(
      #"""
      [{"product_id":"keyboard","name":"Keyboard","quantity":2,"shipped":2,"to_ship":0,\#
      "in_shipment":2}]
      """#.utf8))
}
