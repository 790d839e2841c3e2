import JSON
import Orders

// What the shop's contract shows and reads.

/// A product and a count of it, as a customer asks for them.
struct ShopOrderRequest {
  let product: String
  let count: Int

  /// The line for a new order; nil for what no order can hold, which then counts as out of stock.
  var line: NewLine? {
    guard let product = ProductID(product), let count = Quantity(count) else { return nil }
    return NewLine(.product(product, price: nil), quantity: count)
  }

  /// The change of a line of an order; nil for what no order can hold.
  var change: LineChange? {
    ProductID(product).flatMap { LineChange($0, quantity: count) }
  }
}

// MARK: - Answers

/// An order as it was placed.
struct ShopPlaced: AnswerObject {
  let id: OrderID
  let had: [ShopOrderRequest]
  let outOfStock: [String]

  static let schema = AnswerSchema.collect(isOpen: false) {
    ShopPlaced(id: sample.id, had: [], outOfStock: ["webcam"]).write(to: &$0)
  }
  .about("An order as it was placed.").named("ShopPlaced")

  func write(to json: inout some AnswerFields) {
    json.constant("message", "Success! Order placed", "That it was placed.")
    json.orderID(id)
    json.objects("products", had.map(ShopPlacedProduct.init), "What was ordered.")
    guard !outOfStock.isEmpty else { return }
    json.strings(
      "out_of_stock", outOfStock, isAlwaysThere: false, "The products that could not be had.",
      "webcam")
  }

  static let sample = ShopPlaced(
    id: ShopOrder.sample.id, had: [ShopPlacedProduct.sample.request], outOfStock: [])
}

/// One product that was ordered.
struct ShopPlacedProduct: AnswerObject {
  let request: ShopOrderRequest

  static let schema = describe(
    "ShopPlacedProduct", "One product that was ordered.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.string("product_id", request.product, "The product.", "keyboard")
    json.integer(
      "product_count", request.count, in: 1...Int.max, "How many units were ordered.", 5)
  }

  static let sample = ShopPlacedProduct(request: ShopOrderRequest(product: "keyboard", count: 5))
}

/// An order, with all its products or those that were changed.
struct ShopOrder: AnswerObject {
  let id: OrderID
  let status: ShopOrderStatus
  let products: [ShopProduct]

  static let schema = describe("ShopOrder", "An order.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.orderID(id)
    json.word("order_status", status, "Where it stands.")
    json.objects("products", products, "Its products.")
  }

  static let sample = ShopOrder(
    id: OrderID("019b7a40-5e00-7000-8000-000000000001")!, status: .placed, products: [.sample])
}

extension ShopOrder {
  init(_ order: Order, _ requests: [ShopOrderRequest]) {
    self.init(
      id: order.id, status: ShopOrderStatus(order.status),
      products: requests.map(ShopProduct.init))
  }
}

/// One product of an order.
struct ShopProduct: AnswerObject {
  let request: ShopOrderRequest

  static let schema = describe("ShopProduct", "One product of an order.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.string("product_id", request.product, "The product.", "keyboard")
    json.integer(
      "item_count", request.count, in: 0...Int.max, "How many units; 0 when it was taken out.", 5)
  }

  static let sample = ShopProduct(request: ShopOrderRequest(product: "keyboard", count: 5))
}

/// An order, and the products that were changed.
struct ShopChanged: AnswerObject {
  let order: ShopOrder

  static let schema = describe(
    "ShopChanged", "An order, and the products that were changed.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.constant("message", "Order successfully updated", "That it was changed.")
    order.write(to: &json)
  }

  static let sample = ShopChanged(
    order: ShopOrder(
      id: ShopOrder.sample.id, status: .placed,
      products: [ShopProduct(request: ShopOrderRequest(product: "keyboard", count: 1))]))
}

/// Says that an order is cancelled.
struct ShopCancelled: AnswerObject {
  static let schema = describe("ShopCancelled", "That an order is cancelled.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.constant("message", "Order successfully cancelled", "That it is cancelled.")
  }

  static let sample = ShopCancelled()
}

/// The status as customers see it: an order is placed until it fails or is cancelled.
enum ShopOrderStatus: String, FieldWord {
  case placed, failed, cancelled

  static let schema = Schema.word(Self.self)
    .about("`placed` until it is `cancelled` or has `failed`.").named("ShopOrderStatus")

  init(_ status: OrderStatus) {
    self =
      switch status {
      case .new, .inProgress, .completed: .placed
      case .failed: .failed
      case .cancelled: .cancelled
      }
  }
}

extension AnswerFields {
  @inline(__always)
  fileprivate mutating func orderID(_ value: OrderID) {
    id("order_id", value, "The order's id.", "019b7a40-5e00-7000-8000-000000000001")
  }
}

// MARK: - Bodies

extension ShopOrderRequest {
  static let placeSchema = BodySchema.collect(place)
    .about("Products and how many units of each.").named("ShopNewOrder")
  static let changeSchema = BodySchema.collect(change)
    .about("Products and how many units of each.").named("ShopChange")

  private static let placedCounts = 1...Int.max
  /// 0 removes the product from the order.
  private static let changedCounts = 0...Int.max

  /// The products of an order to place.
  static func place(_ body: some BodyFields) throws(JSONInvalid) -> [ShopOrderRequest] {
    try list(body, placedCounts, "ShopNewOrder")
  }

  /// The products of an order that are to change.
  static func change(_ body: some BodyFields) throws(JSONInvalid) -> [ShopOrderRequest] {
    try list(body, changedCounts, "ShopChange")
  }

  /// What a body asks for: each product once.
  private static func list(
    _ body: some BodyFields, _ counts: ClosedRange<Int>, _ name: String
  ) throws(JSONInvalid) -> [ShopOrderRequest] {
    // Compared as bytes: texts that look the same but have other bytes name different products.
    var seen: Set<[UInt8]> = []
    return try body.objects(
      "products", of: entrySchema(counts).named(name + "Product"), count: NewOrder.allowedLines,
      isSet: true, "The products."
    ) { item throws(JSONInvalid) in try ShopOrderRequest(reading: item, counts, seen: &seen) }
  }

  private static func entrySchema(_ counts: ClosedRange<Int>) -> Schema {
    BodySchema.collect { body throws(JSONInvalid) in
      var seen: Set<[UInt8]> = []
      return try ShopOrderRequest(reading: body, counts, seen: &seen)
    }
    .about("One product and how many units of it.")
  }

  /// `seen` are the products that entries before this one name.
  private init(
    reading body: some BodyFields, _ counts: ClosedRange<Int>, seen: inout Set<[UInt8]>
  ) throws(JSONInvalid) {
    let product = body.required(
      "product_id", .text(1...JSONLimits.stringCharacters), "The product; none is named twice.",
      "keyboard")
    let count = body.required("item_count", .integer(counts), "How many units.", 5)
    if let product, !seen.insert(Array(product.utf8)).inserted {
      body.refuse("product_id", "must be named once")
    }
    try body.check()
    guard let product, let count else { throw body.refuse("must be a product and a count") }
    self.init(product: product, count: count)
  }
}
