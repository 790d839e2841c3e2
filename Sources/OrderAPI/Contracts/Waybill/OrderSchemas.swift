import JSON
import Orders

// What `OrderBodies` reads and `OrderAnswers` writes, as the document has it.

extension NewOrder {
  static let schema = Schema.object(
    [
      "customer_id": CustomerID.schema.about("Whose order it is."),
      "items": Schema.array(NewLine.schema, count: allowedLines).about("What is ordered."),
    ],
    optional: [
      "reference": .string(OrderReference.allowedLength).orNull
        .about("Your own id for the order; it means one order.", "PO-1001"),
      "shortage": Schema.word(ShortageWord.self)
        .about("`refuse` the whole order when stock is short, or take a part: `partial`.")
        .named("Shortage").orNull.standing(at: "refuse")
        .about("What to do when stock is short; null counts as absent."),
    ]
  ).about("An order to place.").named("NewOrder")
}

extension NewLine {
  private static let quantity = Schema.integer(Quantity.allowed).about("How many units.", 2)

  /// A client may send back what it read, and there every line has each of these members.
  fileprivate static let schema = Schema.either([
    Schema.object(
      [
        "product_id": ProductID.schema.about("The product of the catalogue."),
        "quantity": quantity,
      ],
      optional: [
        "price": Schema.givenMoney.orNull
          .about("The price of one unit; the catalogue's when it is absent or null.", "49.90"),
        "name": Schema.null.about("Is the catalogue's; null counts as absent."),
      ]
    ).about("Something of the catalogue.").named("NewCatalogueLine"),
    Schema.object(
      [
        "quantity": quantity,
        "price": Schema.givenMoney.about("The price of one unit.", "3.50"),
      ],
      optional: [
        "name": .string(allowedNameLength).orNull.about("What it is called.", "Gift wrap"),
        "product_id": Schema.null.about("There is none; null counts as absent."),
      ]
    ).about("Something the catalogue does not know; it takes no stock.").named("NewFreeLine"),
  ]).about("A line of an order to place: of the catalogue, or free.").named("NewLine")
}

extension LineChange {
  static let listSchema = Schema.object([
    "items": Schema.array(
      Schema.object([
        "product_id": ProductID.schema.about("The product; none is named twice."),
        "quantity": .integer(allowedQuantity)
          .about("The new quantity, not a difference; 0 takes the line out.", 3),
      ]).about("A new quantity for one product.").named("LineChange"),
      count: NewOrder.allowedLines, isSet: true
    ).about("The products whose quantities change.")
  ]).about("New quantities for products of an order.").named("LineChanges")
}

extension ShippingChange {
  static let schema = Schema.object(
    [:],
    optional: [
      "carrier": .string(Shipping.allowedLength).orNull
        .about("Who carries it; absent keeps, null clears.", "Demo Carrier"),
      "tracking_number": .string(Shipping.allowedLength).orNull
        .about("The carrier's number for it; absent keeps, null clears.", "1234567890"),
    ]
  ).members(atLeast: 1).about("Who carries an order.").named("ShippingChange")
}

extension OrderStatus {
  static let schema = Schema.word(Self.self).about("Where an order stands.").named("OrderStatus")

  static let changeSchema = Schema.object([
    "status": givenSchema.about(
      "The status it is to have: " + allCases.map(\.rawValue).joined(separator: ", ")
        + ". A blank or a hyphen may stand for the underscore, and letter case does not matter.",
      "in_progress")
  ]).about("The next status of an order.").named("StatusChange")

  /// As `OrderStatus.init(word:)` reads it: letter case aside, a blank or a hyphen for the
  /// underscore.
  private static let givenSchema = Schema.string(pattern: "^\(pattern)$")

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

extension Channel {
  static let schema = Schema.word(Self.self)
    .about("Through which contract an order came.").named("Channel")
}

extension OrderFilter.Sort {
  static let schema = Schema.word(Self.self)
    .about("By the time of placing; a minus puts the newest first.").named("OrderSort")
}

extension Order {
  static let schema = Schema.object(members, isOpen: true)
    .about("An order with its lines.").named("Order")

  private static let count = Schema.integer(1...Int.max)

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

  private static let shipping = Schema.object(
    [
      "carrier": .string().orNull.about(
        "Who carries it; null when nobody has said.", "Demo Carrier"),
      "tracking_number": .string().orNull
        .about("The carrier's number for it; null when nobody has said.", "1234567890"),
    ], isOpen: true
  ).about("Who carries an order.").named("Shipping")

  fileprivate static let members: KeyValuePairs<String, Schema> = [
    "id": .string(format: "uuid").about("The order's id.", "019b7a40-5e00-7000-8000-000000000001"),
    "number": count.about("Its sequential number; it names the order as well as the id.", 1042),
    "channel": Channel.schema.about("Through which contract it came."),
    "status": OrderStatus.schema.about("Where it stands."),
    "customer_id": .string().orNull
      .about("Whose order it is; null for an order of the fulfilment contract.", "demo-1"),
    "reference": .string().orNull.about("The client's own id for it; null without one.", "PO-1001"),
    "items": Schema.array(line)
      .about("Its lines, in the order given; none for an order of the fulfilment contract."),
    "total_quantity": .integer(0...Int.max).about("The units of all lines.", 2),
    "total_amount": Schema.money.about("The amount of all lines.", .number("99.80")),
    "shipping": shipping.about("Who carries it."),
    "allowed_statuses": Schema.array(OrderStatus.schema).about("What it may become next."),
    "version": count.about("Moves by one with every change; the `ETag`.", 1),
    "created_at": Schema.moment.about("When it was placed."),
    "updated_at": Schema.moment.about("When it last changed."),
  ]

  static let example = #"""
    {"id": "019b7a40-5e00-7000-8000-000000000001", "number": 1042, "channel": "api",
     "status": "new", "customer_id": "demo-1", "reference": "PO-1001", "items": [{
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
    Order.members,
    optional: [
      "unavailable": Schema.array(Shortfall.schema).about(
        "What was asked for and could not be had; only with `\"shortage\": \"partial\"`.")
    ], isOpen: true
  ).about("An order as it was placed.").named("PlacedOrder")
}

extension Shortfall {
  static let schema = Schema.object(
    [
      "product_id": .string().about("The product that is short.", "webcam"),
      "requested": .integer().about("How many units were asked for.", 2),
      "available": .integer().about("How many units there were.", 0),
    ], isOpen: true
  ).about("A product of which there is too little.").named("Shortfall")
}

extension OrderEvent {
  private static let kind = Schema.words(OrderEvent.Kind.allCases.map(\.rawValue)).about(
    "What was done to an order; `touched` is a write that made no difference."
  )
  .named("OrderEventKind")

  static let schema = Schema.object(
    [
      "version": .integer(1...Int.max).about("The version of the order that it made.", 2),
      "what": kind.about("What was done."),
      "from": OrderStatus.schema.orNull
        .about("The status before; null when the order was placed."),
      "to": OrderStatus.schema.about("The status after."),
      "who": .string().about(Caller.explanation, .string(Caller.example)),
      "when": Schema.moment.about("When it was done."),
    ], isOpen: true
  ).about("One step of an order's history.").named("OrderEvent")
}

extension Caller {
  /// What stands wherever a change names who made it.
  static let explanation =
    "Who did it: the role, name and number of a token; where none is needed, the contract that "
    + "was called, such as `api, no token`; in psql the database user."

  static let example = #"warehouse "tablet 3" (token 5)"#
}

extension Schema {
  /// A page of a list.
  static func page(of entry: Schema, named name: String) -> Schema {
    Schema.object(
      ["items": Schema.array(entry).about("The entries of this page."), "next": next], isOpen: true
    ).about("A page of a list.").named(name)
  }

  /// Where a list goes on.
  static let next = Schema.string().orNull
    .about("The address of the next page; null on the last.", "/orders?limit=50&cursor=b3JkZXJz")
}
