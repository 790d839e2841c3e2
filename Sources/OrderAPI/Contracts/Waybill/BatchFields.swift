import JSON
import Orders

// How the own API reads many orders at once, and says what became of each.

/// What became of one order of a request that names many.
struct OrderResult: AnswerObject {
  let index: Int
  let status: Int
  /// The order, as an answer about it alone would show it.
  let order: [UInt8]?
  /// Why it was refused, as an answer about it alone would say it.
  let error: [UInt8]?

  static let schema = describe(
    "OrderResult", "What became of one order of a request that names many.")

  func write(to json: inout some AnswerFields) {
    json.integer(
      "index", index, in: 0...OrderBatch.allowedCount.upperBound - 1,
      "The place of the order in the request, counted from 0.", 0)
    json.integer(
      "status", status, in: 200...499, "What a request for this order alone is answered with.", 201)
    json.optionalJSON("order", order, PlacedOrder.schema, "The order; absent when it was refused.")
    json.optionalJSON(
      "error", error, WaybillContract.refusal,
      "Why it was refused; absent when it was not.")
  }

  static let sample = OrderResult(
    index: 0, status: 201, order: JSONWriter.object { Order.sample.write(to: &$0) }, error: nil)
}

/// What became of all orders of a request.
struct BatchAnswer {
  private let results: [OrderResult]

  init(_ results: [OrderResult]) { self.results = results }

  /// The answer, in which `done` names the number of those that were not refused.
  func bytes(done: StaticString) -> [UInt8] {
    let size = results.reduce(0) { $0 + ($1.order?.count ?? 0) + ($1.error?.count ?? 0) + 64 }
    return JSONWriter.object(reserving: size + 128) { write(done: done, to: &$0) }
  }

  static func schema(done: StaticString, _ name: String) -> Schema {
    AnswerSchema.collect { BatchAnswer([.sample]).write(done: done, to: &$0) }
      .about("What became of each order.").named(name)
  }

  private func write(done: StaticString, to json: inout some AnswerFields) {
    let refused = results.count(where: { $0.order == nil })
    let counts = 0...OrderBatch.allowedCount.upperBound
    json.integer(
      done, results.count - refused, in: counts, "How many orders it was done for.", 1)
    json.integer("refused", refused, in: counts, "How many orders were refused.", 0)
    json.objects("results", results, "One for each order, in the order of the request.")
  }
}

// MARK: - Bodies

extension OrderBatch.Mode: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("Whether `each` order is placed that can be, or `all` or none.").named("BatchMode")
}

/// Orders to place by one request.
struct NewBatch {
  let orders: [NewOrder]
  let mode: OrderBatch.Mode

  static let schema = BodySchema.collect(NewBatch.init(reading:))
    .about("Orders to place by one request.").named("NewBatch")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let mode = body.required(
      "mode", .word(OrderBatch.Mode.self), "What a refusal of one means for the others.")
    let orders = try body.objects(
      "orders", of: NewOrder.schema, count: OrderBatch.allowedCount, "The orders."
    ) { order throws(JSONInvalid) in try NewOrder(reading: order) }
    try body.check()
    guard let mode else { throw body.refuse("must have a mode") }
    self.orders = orders
    self.mode = mode
  }
}

/// Orders to move to one status by one request.
struct BatchMove {
  let orders: [(key: OrderKey, version: Int?)]
  let status: OrderStatus

  static let schema = BodySchema.collect(BatchMove.init(reading:))
    .about("Orders to move to one status by one request.").named("BatchMove")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let status = OrderStatus.wanted(body)
    let orders = try body.objects(
      "orders", of: Self.entrySchema, count: OrderBatch.allowedCount, "The orders."
    ) { entry throws(JSONInvalid) in try Self.entry(reading: entry) }
    try body.check()
    guard let status else { throw body.refuse("must have a status") }
    self.orders = orders
    self.status = status
  }

  private static let entrySchema = BodySchema.collect(entry(reading:))
    .about("An order to move.").named("OrderToMove")

  private static func entry(
    reading body: some BodyFields
  ) throws(JSONInvalid) -> (key: OrderKey, version: Int?) {
    let key = body.required("id", OrderKeyField(), "The order's id or its number.", 1042)
    let version = body.optional(
      "version", .integer(1...Int.max), "The only version that may be moved, as `If-Match` says.",
      1)
    try body.check()
    guard let key else { throw body.refuse("is no order") }
    return (key, version)
  }
}

/// The key of an order, which may exist or not.
private struct OrderKeyField: FieldType {
  var schema: Schema { .either([.string(format: "uuid"), .integer(1...Int.max)]) }

  func read(_ field: JSONField) -> OrderKey? {
    guard field.isString else { return .number(field.integer(in: 1...Int.max)) }
    guard let id = OrderID(field.string(length: 0...JSONLimits.documentBytes)) else {
      field.refuse("must be the id of an order, or its number")
      return nil
    }
    return .id(id)
  }
}
