import JSON
import Orders

// What is written and read of products and their stock.

extension Product: AnswerObject {
  static let schema = describe("Product", "Something that can be ordered.")

  func write(to json: inout some AnswerFields) {
    json.string("id", id.value, "The product's id, its SKU.", "keyboard")
    json.integer("number", number, in: 1...Int.max, "Its sequential number.", 1)
    json.string("name", name, "What it is called.", "Keyboard")
    json.string(
      "description", description, "What it is like; null when nobody has said.",
      "Full size, quiet keys")
    json.money("price", price, "The price of one unit.", .number("49.90"))
    json.integer("stock", stock, in: Self.allowedStock, "How many units there are.", 10)
    json.optionalInteger(
      "reorder_level", reorderLevel, in: Self.allowedStock,
      "It is low when it has so many units or fewer; absent when nobody has said.", 5)
    json.boolean("available", isAvailable, "Whether one unit could be ordered now.", true)
    json.version(version)
    json.moment("created_at", createdAt, "When it was made.")
    json.moment("updated_at", updatedAt, "When it last changed.")
  }

  static let sample = Product(
    id: ProductID("keyboard")!, number: 3, name: "Keyboard", description: nil,
    price: Money(cents: 4_990), stock: 10, reorderLevel: 5, retiredAt: nil, version: 1,
    createdAt: .sample,
    updatedAt: .sample)
}

extension NewProduct {
  static let schema = BodySchema.collect(NewProduct.init(reading:))
    .about("A product to bring into the catalogue.").named("NewProduct")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let id = body.optional(
      "id", .text(ProductID.self), "Its SKU; one is made when none is given.", "desk-mat")
    let name = body.required("name", .text(Name.self), "What it is called.", "Desk mat")
    let description = body.optional(
      "description", .text(ProductDescription.self), "What it is like.", "Felt, 80 by 40 cm")
    let price = body.required("price", .money, "The price of one unit.", "24.90")
    let stock =
      body.optional(
        "stock", .integer(Product.allowedStock), default: 0, "How many units there are.", 10) ?? 0
    let reorderLevel = body.optional(
      "reorder_level", .integer(Product.allowedStock),
      "At how many units it is low, so that it is time to order it.", 5)
    try body.check()
    guard let name, let price,
      let new = NewProduct(
        id: id, name: name, description: description, price: price, stock: stock,
        reorderLevel: reorderLevel)
    else { throw body.refuse("must be a product") }
    self = new
  }
}

extension ProductChange {
  static let schema = BodySchema.collect(ProductChange.init(reading:))
    .about("What is to change of a product.").named("ProductChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let name = body.changed("name", .text(Name.self), "The new name; absent keeps.", "Keyboard")
    let description = body.clearable(
      "description", .text(ProductDescription.self),
      "The new description; absent keeps, null clears.", "Full size, quiet keys")
    let price = body.changed(
      "price", .money, "The new price; absent keeps. Orders keep theirs.", "44.90")
    let reorderLevel = body.clearable(
      "reorder_level", .integer(Product.allowedStock),
      "At how many units it is low; absent keeps, null clears.", 5)
    body.forbid("stock", "is changed by POST to the product's /stock")
    try body.check()
    guard
      let change = ProductChange(
        name: name, description: description, price: price, reorderLevel: reorderLevel)
    else {
      throw body.refuse("must be a change of a product")
    }
    self = change
  }
}

extension StockAdjustment {
  static let schema = BodySchema.collect(StockAdjustment.init(reading:))
    .about("A change of stock by hand.").named("StockAdjustment")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let delta = body.required(
      "delta", .integer(Self.allowedDelta, except: 0),
      "By how many units the stock changes; 0 is no change.", -3)
    let reason = body.optional(
      "reason", .text(Self.allowedReasonLength), "What for.", "stock take")
    try body.check()
    guard let delta, let adjustment = StockAdjustment(delta: delta, reason: reason) else {
      throw body.refuse("must be a change of stock")
    }
    self = adjustment
  }
}

extension StockCount {
  static let schema = BodySchema.collect(StockCount.init(reading:))
    .about("How many units were counted.").named("StockCount")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let count = body.required(
      "count", .integer(Product.allowedStock), "How many units were counted.", 37)
    let reason = body.optional(
      "reason", .text(StockAdjustment.allowedReasonLength), "What for.", "stock take")
    try body.check()
    guard let count, let counted = StockCount(count: count, reason: reason) else {
      throw body.refuse("must be a count of stock")
    }
    self = counted
  }
}

extension StockAdjustments {
  static let schema = BodySchema.collect(StockAdjustments.init(reading:))
    .about("Changes of many stocks, all or none.").named("StockAdjustments")

  private static let entry = BodySchema.collect { body throws(JSONInvalid) in
    var seen: Set<ProductID> = []
    return try change(reading: body, seen: &seen)
  }
  .about("A change of one stock.").named("ProductAdjustment")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    var seen: Set<ProductID> = []
    let changes = try body.objects(
      "items", of: Self.entry, count: Self.allowedProducts, isSet: true, "The products."
    ) { item throws(JSONInvalid) in try Self.change(reading: item, seen: &seen) }
    let reason = body.optional(
      "reason", .text(StockAdjustment.allowedReasonLength), "What for.", "delivery")
    try body.check()
    guard let changes = StockAdjustments(changes, reason: reason) else {
      throw body.refuse("must be changes of stock")
    }
    self = changes
  }

  private static func change(
    reading body: some BodyFields, seen: inout Set<ProductID>
  ) throws(JSONInvalid) -> (product: ProductID, delta: Int) {
    let product = body.productNamedOnce()
    let delta = body.required(
      "delta", .integer(StockAdjustment.allowedDelta, except: 0),
      "By how many units its stock changes.", 40)
    body.refuse(product, unlessNewIn: &seen)
    try body.check()
    guard let product, let delta else { throw body.refuse("is no change of a stock") }
    return (product, delta)
  }
}

/// Stocks after they were changed.
struct StockLevels: AnswerObject {
  let levels: [StockLevel]

  static let schema = describe("StockLevels", "Stocks after they were changed.")

  func write(to json: inout some AnswerFields) {
    json.objects("items", levels, "Each of them, in the order given.")
  }

  static let sample = StockLevels(levels: [.sample])
}

extension StockMovement: AnswerObject {
  static let schema = describe("StockMovement", "One change of a product's stock.")

  func write(to json: inout some AnswerFields) {
    json.integer("delta", delta, in: .min ... .max, "By how many units the stock changed.", -2)
    json.word("cause", cause, "What brought it about.")
    json.integer(
      "order_number", order, "The order that brought it about; null when none did.", 1042)
    json.string(
      "reason", reason, "What it was for, where somebody said so.", "stock take")
    json.string("who", actor, Caller.explanation, .string(Caller.example))
    json.moment("created_at", position.moment, "When the stock changed.")
  }

  static let sample = StockMovement(
    position: Position(moment: .sample, number: 1), delta: -2, cause: .placed, order: 1_042,
    reason: nil, actor: #"retailer "back office" (token 2)"#)
}

extension StockMovement.Cause: FieldWord {
  static let schema = Schema.word(Self.self)
    .about(
      "`placed`, `edited`, `cancelled`, `returned`: by an order; `initial`: with the product; "
        + "`adjusted`: by hand; `direct`: an UPDATE in psql."
    ).named("StockMovementCause")
}

extension BodyFields {
  /// The product of an entry of a list that names none twice.
  func productNamedOnce() -> ProductID? {
    required("product_id", .text(ProductID.self), "The product; none is named twice.")
  }

  /// Refuses a product that an entry before this one names.
  func refuse(_ product: ProductID?, unlessNewIn seen: inout Set<ProductID>) {
    guard let product, !seen.insert(product).inserted else { return }
    refuse("product_id", "must be named once")
  }
}
