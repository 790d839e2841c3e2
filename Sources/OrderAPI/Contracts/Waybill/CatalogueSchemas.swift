import JSON
import Orders

// What the routes of customers, products and the report read and write, as the document has it.

extension CustomerID {
  static let schema = Schema.string(allowedLength).example("c-1")
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
    ["name": Name.schema],
    optional: ["id": CustomerID.schema.orNull, "email": EmailAddress.schema.orNull]
  ).named("NewCustomer")
}

extension CustomerChange {
  static let schema = Schema.object(
    [:], optional: ["name": Name.schema, "email": EmailAddress.schema.orNull]
  ).named("CustomerChange")
}

extension Customer {
  static let schema = Schema.object(
    [
      "id": .string(), "number": .integer(1...Int.max), "name": .string().orNull,
      "email": .string().orNull, "version": .integer(1...Int.max), "created_at": .moment,
      "updated_at": .moment,
    ], isOpen: true
  ).named("Customer")

  static let example = #"""
    {"id": "c-1", "number": 1, "name": "Demo Customer 1", "email": "demo@example.org",
     "version": 1, "created_at": "2026-01-01T10:00:00.000Z",
     "updated_at": "2026-01-01T10:00:00.000Z"}
    """#
}

extension ProductDescription {
  fileprivate static let schema = Schema.string(allowedLength).orNull
}

extension NewProduct {
  static let schema = Schema.object(
    ["name": Name.schema, "price": .givenMoney],
    optional: [
      "id": ProductID.schema.orNull.about("Its SKU; one is made when none is given."),
      "description": ProductDescription.schema,
      "stock": Schema.integer(Product.allowedStock).orNull.standing(at: 0),
    ]
  ).named("NewProduct")
}

extension ProductChange {
  static let schema = Schema.object(
    [:],
    optional: [
      "name": Name.schema, "description": ProductDescription.schema, "price": .givenMoney,
    ]
  ).named("ProductChange")
}

extension Product {
  static let schema = Schema.object(
    [
      "id": .string(), "number": .integer(1...Int.max), "name": .string(),
      "description": .string().orNull, "price": .money, "stock": .integer(allowedStock),
      "available": Schema.boolean.about("Whether one unit could be ordered now."),
      "version": .integer(1...Int.max), "created_at": .moment, "updated_at": .moment,
    ], isOpen: true
  ).named("Product")

  static let example = #"""
    {"id": "keyboard", "number": 1, "name": "Keyboard", "description": null, "price": 49.90,
     "stock": 10, "available": true, "version": 1, "created_at": "2026-01-01T10:00:00.000Z",
     "updated_at": "2026-01-01T10:00:00.000Z"}
    """#
}

extension StockAdjustment {
  static let schema = Schema.object(
    [
      "delta": .either([
        .integer(allowedDelta.lowerBound ... -1), .integer(1...allowedDelta.upperBound),
      ])
    ],
    optional: ["reason": .string(allowedReasonLength).orNull]
  ).named("StockAdjustment")
}

extension StockMovement {
  static let schema = Schema.object(
    [
      "delta": .integer(),
      "cause": .words(["placed", "edited", "cancelled", "initial", "adjusted", "direct"]),
      "order_number": .integer().orNull, "reason": .string().orNull, "who": .string().orNull,
      "created_at": .moment,
    ], isOpen: true
  ).named("StockMovement")
}

extension ReportRow {
  static let schema = Schema.object(
    [
      "customer_id": .string(), "customer_name": .string().orNull, "orders": .integer(1...Int.max),
      "total_quantity": .integer(0...Int.max), "total_amount": .money,
    ], isOpen: true
  ).named("ReportRow")

  /// A page of the report.
  static let pageSchema = Schema.object(
    [
      "refreshed_at": Schema.moment.orNull.about("As of when it is true; null before the first."),
      "refresh_interval_seconds": .integer(1...Int.max),
      "items": .array(schema), "next": .string().orNull,
    ], isOpen: true
  ).named("CustomerReport")
}
