import JSON
import Orders

// What the own API shows and reads of goods that come back.

extension NewReturn {
  static let schema = BodySchema.collect(NewReturn.init(reading:))
    .about("Goods of an order that come back.").named("NewReturn")

  private static let item = BodySchema.collect { body throws(JSONInvalid) in
    var seen: Set<ProductID> = []
    return try NewReturn.Item(reading: body, seen: &seen)
  }
  .about("Units of one product that come back.").named("NewReturnItem")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    var seen: Set<ProductID> = []
    let items = try body.objects(
      "items", of: Self.item, count: Self.allowedItems, isSet: true, "What comes back."
    ) { item throws(JSONInvalid) in try NewReturn.Item(reading: item, seen: &seen) }
    let reason = body.optional("reason", .text(Self.allowedReasonLength), "Why.", "too small")
    try body.check()
    guard let goods = NewReturn(items: items, reason: reason) else {
      throw body.refuse("is no return")
    }
    self = goods
  }
}

extension NewReturn.Item {
  fileprivate init(
    reading body: some BodyFields, seen: inout Set<ProductID>
  ) throws(JSONInvalid) {
    let product = body.productNamedOnce()
    let quantity = body.required(
      "quantity", .integer(Quantity.allowed), "How many units come back.", 1)
    let restock = body.optional(
      "restock", .boolean, default: true, "Whether they can be sold again.", true)
    body.refuse(product, unlessNewIn: &seen)
    try body.check()
    guard let product, let quantity = quantity.flatMap(Quantity.init) else {
      throw body.refuse("is no return of a product")
    }
    self.init(product: product, quantity: quantity, isRestocked: restock ?? true)
  }
}

extension OrderReturn: AnswerObject {
  static let schema = describe("OrderReturn", "Units of one product that have come back.")

  func write(to json: inout some AnswerFields) {
    json.integer(
      "version", version, in: 1...Int.max, "The version of the order that the return made.", 4)
    json.string("product_id", product, "The product.", "keyboard")
    json.integer("quantity", quantity, in: Quantity.allowed, "How many units.", 1)
    json.money(
      "amount", digits: amount, "Their amount, at the prices of the order.", .number("49.90"))
    json.boolean("restocked", isRestocked, "Whether they are in stock again.", true)
    json.string("reason", reason, "Why; null when nobody has said.", "too small")
    json.string("who", actor, Caller.explanation, .string(Caller.example))
    json.moment("created_at", createdAt, "When they came back.")
  }

  static let sample = OrderReturn(
    number: 1, version: 4, product: "keyboard", quantity: 1, amount: "49.90", isRestocked: true,
    reason: "too small", actor: Caller.example, createdAt: .sample)
}

extension AnswerFields {
  /// What has come back, where something has.
  @inline(__always)
  mutating func returned(_ quantity: Int?, _ amount: String?) {
    optionalInteger(
      "returned_quantity", quantity, in: 1...Int.max,
      "The units that have come back; absent when none have.", 1)
    field(
      "returned_amount", isAlwaysThere: false,
      Schema.money.about("Their amount; absent when none have come back.", .number("49.90"))
    ) { json, key in
      if let amount { json.raw(key, amount.utf8) }
    }
  }
}
