import JSON
import Orders

// What `OrderBodies` reads and `OrderAnswers` writes, as the document has it.

extension NewOrder {
  static let schema = Schema.object(
    [
      "customer_id": CustomerID.schema,
      "items": .array(NewLine.schema, count: allowedLines),
    ],
    optional: [
      "reference": .string(OrderReference.allowedLength).orNull
        .about("Your own id for the order; it means one order."),
      "shortage": .word(ShortageWord.self).orNull.standing(at: "refuse")
        .about("What to do when stock is short."),
    ]
  ).named("NewOrder")
}

extension NewLine {
  fileprivate static let schema = Schema.either([
    .object(
      ["product_id": ProductID.schema, "quantity": .integer(Quantity.allowed)],
      optional: ["price": Schema.givenMoney.orNull]
    ).about("Something of the catalogue."),
    .object(
      ["quantity": .integer(Quantity.allowed), "price": .givenMoney],
      optional: ["name": .string(allowedNameLength).orNull]
    ).about("Something the catalogue does not know; it takes no stock."),
  ]).named("NewLine")
}

extension LineChange {
  static let listSchema = Schema.object([
    "items": .array(
      .object(["product_id": ProductID.schema, "quantity": .integer(allowedQuantity)])
        .about("No product twice."),
      count: NewOrder.allowedLines, isSet: true)
  ]).named("LineChanges")
}

extension ShippingChange {
  static let schema = Schema.object(
    [:],
    optional: [
      "carrier": .string(Shipping.allowedLength).orNull,
      "tracking_number": .string(Shipping.allowedLength).orNull,
    ]
  ).members(atLeast: 1).named("ShippingChange")
}

extension OrderStatus {
  /// As `OrderStatus.init(word:)` reads it: letter case aside, a blank or a hyphen for the
  /// underscore.
  static let givenSchema = Schema.string(pattern: "^\(pattern)$")
    .about("One of " + allCases.map(\.rawValue).joined(separator: ", ") + ".")
    .example("in_progress")

  /// Some of them, parted by commas.
  static let listSchema = Schema.string(pattern: "^\(pattern)(,\(pattern))*$")
    .example("new,in_progress")

  private static let pattern: String = {
    let words = allCases.map { status in
      status.rawValue.map { letter in
        letter == "_" ? "[_ -]" : "[\(letter)\(letter.uppercased())]"
      }.joined()
    }
    return "(" + words.joined(separator: "|") + ")"
  }()
}

extension Order {
  static let schema = Schema.object(members, isOpen: true).named("Order")

  fileprivate static let members: KeyValuePairs<String, Schema> = [
    "id": .string(format: "uuid"),
    "number": .integer(1...Int.max),
    "channel": .word(Channel.self),
    "status": .word(OrderStatus.self),
    "customer_id": .string().orNull,
    "reference": .string().orNull,
    "items": .array(
      .object(
        [
          "product_id": .string().orNull, "name": .string().orNull,
          "quantity": .integer(Quantity.allowed), "price": .money, "amount": .money,
        ], isOpen: true
      ).named("OrderLine")),
    "total_quantity": .integer(0...Int.max),
    "total_amount": .money,
    "shipping": .object(
      ["carrier": .string().orNull, "tracking_number": .string().orNull], isOpen: true),
    "allowed_statuses": .array(.word(OrderStatus.self)),
    "version": .integer(1...Int.max),
    "created_at": .moment,
    "updated_at": .moment,
  ]

  static let example = #"""
    {"id": "019b7a40-5e00-7000-8000-000000000001", "number": 1042, "channel": "api",
     "status": "new", "customer_id": "c-1", "reference": "PO-77", "items": [{
       "product_id": "keyboard", "name": "Keyboard", "quantity": 2, "price": 49.90,
       "amount": 99.80}],
     "total_quantity": 2, "total_amount": 99.80,
     "shipping": {"carrier": null, "tracking_number": null},
     "allowed_statuses": ["in_progress", "cancelled"], "version": 1,
     "created_at": "2026-01-01T10:00:00.000Z", "updated_at": "2026-01-01T10:00:00.000Z"}
    """#
}

extension PlacedOrder {
  static let schema = Schema.object(
    Order.members, optional: ["unavailable": .array(Shortfall.schema)], isOpen: true
  ).named("PlacedOrder")
}

extension Shortfall {
  static let schema = Schema.object(
    ["product_id": .string(), "requested": .integer(), "available": .integer()], isOpen: true
  ).named("Shortfall")
}

extension OrderEvent {
  static let schema = Schema.object(
    [
      "version": .integer(1...Int.max),
      "what": .words(["placed", "edited", "moved", "shipped", "hidden", "touched"]),
      "from": Schema.word(OrderStatus.self).orNull,
      "to": .word(OrderStatus.self), "who": .string(), "when": .moment,
    ], isOpen: true
  ).named("OrderEvent")
}

extension Schema {
  /// A page of a list.
  static func page(of entry: Schema) -> Schema {
    .object(["items": .array(entry), "next": .string().orNull], isOpen: true)
  }
}
