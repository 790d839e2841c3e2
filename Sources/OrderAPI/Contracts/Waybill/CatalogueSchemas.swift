import JSON
import Orders

// What the routes of customers, products and the report read and write, as the document has it.

extension CustomerID {
  static let schema = Schema.string(allowedLength).example("demo-1")
}

extension Name {
  static let schema = Schema.string(allowedLength, pattern: Schema.visible)
}

extension EmailAddress {
  static let schema = Schema.string(allowedLength, format: "email").example("demo@example.org")
}

extension ProductID {
  static let schema = Schema.string(allowedLength, pattern: "^[A-Za-z0-9._-]+$")
    .example("keyboard")
}

extension NewCustomer {
  static let schema = Schema.object(
    ["name": Name.schema.about("What the customer is called.", "Demo Customer 9")],
    optional: [
      "id": CustomerID.schema.orNull.about("Your own id; one is made when none is given.", "c-9"),
      "email": EmailAddress.schema.orNull.about("Where to write to."),
    ]
  ).about("A customer to introduce.").named("NewCustomer")
}

extension CustomerChange {
  static let schema = Schema.object(
    [:],
    optional: [
      "name": Name.schema.about("The new name; absent keeps.", "Demo Customer 1"),
      "email": EmailAddress.schema.orNull.about("The new address; absent keeps, null clears."),
    ]
  ).about("What is to change of a customer.").named("CustomerChange")
}

extension Schema {
  private static let positive = integer(1...Int.max)
  fileprivate static let number = positive.about("Its sequential number.", 1)
  fileprivate static let version = positive.about("Moves by one with every change; the `ETag`.", 1)
  fileprivate static let createdAt = moment.about("When it was made.")
  fileprivate static let updatedAt = moment.about("When it last changed.")
}

extension Customer {
  static let schema = Schema.object(
    [
      "id": .string().about("The customer's id.", "demo-1"), "number": .number,
      "name": .string().orNull
        .about("The name; null when only an order has named the customer.", "Demo Customer 1"),
      "email": .string().orNull.about(
        "Where to write to; null when nobody has said.", "demo@example.org"),
      "version": .version, "created_at": .createdAt, "updated_at": .updatedAt,
    ], isOpen: true
  ).about("Somebody who orders.").named("Customer")

  static let example = #"""
    {"id": "demo-1", "number": 1, "name": "Demo Customer 1", "email": "demo@example.org",
     "version": 1, "created_at": "2026-01-01T10:00:00.000Z",
     "updated_at": "2026-01-01T10:00:00.000Z"}
    """#
}

extension ProductDescription {
  fileprivate static let schema = Schema.string(allowedLength).orNull
}

extension NewProduct {
  static let schema = Schema.object(
    [
      "name": Name.schema.about("What it is called.", "Desk mat"),
      "price": Schema.givenMoney.about("The price of one unit.", "24.90"),
    ],
    optional: [
      "id": ProductID.schema.orNull.about("Its SKU; one is made when none is given.", "desk-mat"),
      "description": ProductDescription.schema.about("What it is like.", "Felt, 80 by 40 cm"),
      "stock": Schema.integer(Product.allowedStock).orNull.standing(at: 0)
        .about("How many units there are.", 10),
    ]
  ).about("A product to bring into the catalogue.").named("NewProduct")
}

extension ProductChange {
  static let schema = Schema.object(
    [:],
    optional: [
      "name": Name.schema.about("The new name; absent keeps.", "Keyboard"),
      "description": ProductDescription.schema
        .about("The new description; absent keeps, null clears.", "Full size, quiet keys"),
      "price": Schema.givenMoney
        .about("The new price; absent keeps. Orders keep theirs.", "44.90"),
    ]
  ).about("What is to change of a product.").named("ProductChange")
}

extension Product {
  static let schema = Schema.object(
    [
      "id": .string().about("The product's id, its SKU.", "keyboard"), "number": .number,
      "name": .string().about("What it is called.", "Keyboard"),
      "description": .string().orNull
        .about("What it is like; null when nobody has said.", "Full size, quiet keys"),
      "price": Schema.money.about("The price of one unit.", .number("49.90")),
      "stock": .integer(allowedStock).about("How many units there are.", 10),
      "available": Schema.boolean.about("Whether one unit could be ordered now.", true),
      "version": .version, "created_at": .createdAt, "updated_at": .updatedAt,
    ], isOpen: true
  ).about("Something that can be ordered.").named("Product")

  static let example = #"""
    {"id": "keyboard", "number": 3, "name": "Keyboard", "description": null, "price": 49.90,
     "stock": 10, "available": true, "version": 1, "created_at": "2026-01-01T10:00:00.000Z",
     "updated_at": "2026-01-01T10:00:00.000Z"}
    """#
}

extension StockAdjustment {
  static let schema = Schema.object(
    [
      "delta": .integer(allowedDelta).except(0)
        .about("By how many units the stock changes; 0 is no change.", -3)
    ],
    optional: [
      "reason": .string(allowedReasonLength).orNull.about("What for.", "stock take")
    ]
  ).about("A change of stock by hand.").named("StockAdjustment")
}

extension StockMovement {
  private static let cause = Schema.words(StockMovement.Cause.allCases.map(\.rawValue)).about(
    "`placed`, `edited`, `cancelled`: by an order; `initial`: with the product; `adjusted`: by "
      + "hand; `direct`: an UPDATE in psql."
  ).named("StockMovementCause")

  static let schema = Schema.object(
    [
      "delta": .integer().about("By how many units the stock changed.", -2),
      "cause": cause.about("What brought it about."),
      "order_number": .integer().orNull
        .about("The order that brought it about; null when none did.", 1042),
      "reason": .string().orNull.about("What it was for, where somebody said so.", "stock take"),
      "who": .string().orNull.about(Caller.explanation, .string(Caller.example)),
      "created_at": Schema.moment.about("When the stock changed."),
    ], isOpen: true
  ).about("One change of a product's stock.").named("StockMovement")
}

extension ReportSort {
  static let schema = Schema.words(
    Column.allCases.flatMap { column in
      [false, true].map { ReportSort(column: column, descends: $0).word }
    }
  ).about("By which column; a minus puts the largest first.").named("ReportSort")
}

extension ReportRow {
  static let schema = Schema.object(
    [
      "customer_id": .string().about("The customer's id.", "demo-1"),
      "customer_name": .string().orNull
        .about("The customer's name at the last refresh; null without one.", "Demo Customer 1"),
      "orders": .integer(1...Int.max).about("How many completed orders.", 3),
      "total_quantity": .integer(0...Int.max).about("The units in them.", 7),
      "total_amount": Schema.money.about("Their amount.", .number("299.40")),
    ], isOpen: true
  ).about("What one customer bought.").named("ReportRow")

  /// A page of the report.
  static let pageSchema = Schema.object(
    [
      "refreshed_at": Schema.moment.orNull.about("As of when it is true; null before the first."),
      "refresh_interval_seconds": .integer(1...Int.max)
        .about("How often it is refreshed, in seconds.", 120),
      "items": Schema.array(schema).about("The rows of this page."), "next": .next,
    ], isOpen: true
  ).about("What customers bought: completed orders of all contracts.").named("CustomerReport")
}
