import JSON
import Orders

// What the own API shows of the feed.

extension FeedEvent: AnswerObject {
  static let schema = describe("Event", "That something happened, and to what.")

  /// The id of the event, the same in every answer, for clients that must handle each event once.
  var id: String { "evt_\(cursor.position)_\(cursor.hexMark)" }

  func write(to json: inout some AnswerFields) {
    json.integer(
      "position", cursor.position, in: 1...Int.max,
      "Its place in the feed: 1, 2, 3, … without a gap.", 18_342)
    json.string("id", id, "Its name: the same whenever it is read.", "evt_18342_9f3ac2d1")
    json.word("type", kind, "What happened.")
    json.moment("occurred_at", occurredAt, "When it was done.")
    json.optionalObject("order", order, ChangedOrder.self, "The order, for `order.*`.")
    json.word("from", order?.from, isThere: order != nil, "The order's status before.")
    json.word("to", order?.to, isThere: order != nil, "The order's status after.")
    json.optionalObject(
      "stock", stock, ChangedStock.self, "How the stock changed, for `stock.adjusted`.")
    json.optionalObject("product", product, ChangedRecord.self, "The product, for `product.*`.")
    json.optionalObject("customer", customer, ChangedRecord.self, "The customer, for `customer.*`.")
    json.string("who", actor, Caller.explanation, .string(Caller.example))
    json.optionalObject(
      "order_now", orderNow, Order.self,
      "The order as it is when the event is read, for `order.*` with `include=order`.")
  }

  var order: ChangedOrder? { if case .order(let order) = subject { order } else { nil } }
  var stock: ChangedStock? { if case .stock(let stock) = subject { stock } else { nil } }
  var product: ChangedRecord? {
    if case .product(let id, let version) = subject {
      ChangedRecord(id: id.value, version: version)
    } else {
      nil
    }
  }
  var customer: ChangedRecord? {
    if case .customer(let id, let version) = subject {
      ChangedRecord(id: id.value, version: version)
    } else {
      nil
    }
  }

  static let sample = FeedEvent(
    cursor: .sample, kind: .orderMoved, occurredAt: .sample, actor: Caller.example,
    subject: .order(.sample))
}

extension FeedEvent.Kind: FieldWord {
  static let schema = Schema.word(Self.self)
    .about(
      "What happened. Stock that placing an order takes is told by `order.placed`, any other "
        + "change of a stock by `stock.adjusted`."
    ).named("EventType")

  /// All of them, for sentences.
  static let words = allCases.map(\.rawValue).joined(separator: ", ")
}

extension FeedCursor {
  static let sample = FeedCursor(position: 18_342, mark: 0x9F3A_C2D1)

  static let schema = Schema.string(pattern: "^[0-9]+-[0-9a-f]{8}$")
    .about("A position in the feed, and the history that it is of.", .string(sample.description))
}

extension ChangedOrder: AnswerObject {
  static let schema = describe("ChangedOrder", "What an event says of its order.")

  func write(to json: inout some AnswerFields) {
    json.id("id", id, "The order's id.", "019b7a40-5e00-7000-8000-000000000001")
    json.integer("number", number, in: 1...Int.max, "Its sequential number.", 1_042)
    json.word("channel", channel, "Through which contract it came.")
    json.integer("version", version, in: 1...Int.max, "The version that the event made.", 3)
    json.string("reference", reference, "The client's own id for it; null without one.", .null)
    json.string("customer_id", customer, "Whose order it is.", "demo-1")
  }

  static let sample = ChangedOrder(
    id: Order.sample.id, number: 1_042, channel: .api, version: 3, reference: nil,
    customer: "demo-1", from: .new, to: .inProgress)
}

extension ChangedStock: AnswerObject {
  static let schema = describe("ChangedStock", "What an event says of a stock.")

  func write(to json: inout some AnswerFields) {
    json.string("product_id", product.value, "The product.", "keyboard")
    json.integer("delta", delta, "By how many units.", 12)
    json.word("cause", cause, "Why it changed.")
    json.integer("order_number", order, "The order that was edited or cancelled.", .null)
    json.string("reason", reason, "The reason that was given for an adjustment.", "delivery")
  }

  static let sample = ChangedStock(
    product: ProductID("keyboard")!, delta: 12, cause: .adjusted, order: nil, reason: "delivery")
}

/// What an event says of a product or a customer.
struct ChangedRecord: AnswerObject {
  let id: String
  let version: Int

  static let schema = describe("ChangedRecord", "What an event says of a product or a customer.")

  func write(to json: inout some AnswerFields) {
    json.string("id", id, "Its id.", "keyboard")
    json.integer("version", version, in: 1...Int.max, "The version that the event made.", 2)
  }

  static let sample = ChangedRecord(id: "keyboard", version: 2)
}

/// A page of the feed.
struct FeedAnswer: AnswerObject {
  let page: FeedPage

  static let schema = describe("EventPage", "Some events, one after the other.")

  func write(to json: inout some AnswerFields) {
    json.objects("items", page.events, "The events, in the order of the feed.")
    json.string(
      "next", page.next.description,
      "Where to go on: `after` of the next call. It is always there, also without events.",
      .string(FeedCursor.sample.description))
    json.boolean("caught_up", page.isCaughtUp, "Whether nothing has happened after `next`.", true)
  }

  static let sample = FeedAnswer(
    page: FeedPage(events: [.sample], next: .sample, isCaughtUp: true))
}

extension AnswerFields {
  /// A word that only some events have.
  @inline(__always)
  fileprivate mutating func word<Word: FieldWord>(
    _ name: StaticString, _ word: Word?, isThere: Bool, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: false, Word.schema.orNull.about(about())) { json, key in
      if isThere { json.string(key, word?.rawValue) }
    }
  }
}
