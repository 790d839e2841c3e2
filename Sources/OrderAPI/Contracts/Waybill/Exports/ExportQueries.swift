import JSON
import Orders

// What each export can be asked for.

struct OrderExportQuery {
  let filter: OrderFilter
  let after: OrderKey?
  let form: ExportFormWord?

  init(reading query: inout some QueryFields) {
    filter = OrderFilter(reading: &query, sorted: .oldestFirst)
    after = query.value(
      "after", .either([.string(format: "uuid"), .integer(1...Int.max)]),
      rule: "must be the id or number of an order",
      "Behind which order to begin: the id or the number of the last row that came.",
      OrderKey.init)
    form = query.exportForm()
  }
}

struct CustomerExportQuery {
  let after: CustomerID?
  let form: ExportFormWord?

  init(reading query: inout some QueryFields) {
    after = query.text(
      "after", CustomerID.self,
      "Behind which customer to begin: the id of the last row that came.")
    form = query.exportForm()
  }
}

/// Of products, or of their stock.
struct ProductExportQuery {
  let filter: ProductFilter
  let after: ProductID?
  let form: ExportFormWord?

  /// - Parameter withRetired: Whether retired products are among the others when nobody asks.
  init(reading query: inout some QueryFields, withRetired: Bool) {
    filter = ProductFilter(reading: &query, withRetired: withRetired)
    after = query.text(
      "after", ProductID.self, "Behind which product to begin: the id of the last row that came.")
    form = query.exportForm()
  }
}

struct EventExportQuery {
  let filter: FeedFilter
  let after: FeedCursor?
  let form: ExportFormWord?

  init(reading query: inout some QueryFields) {
    filter = FeedFilter(reading: &query)
    after = query.value(
      "after", FeedCursor.schema, rule: "must be a cursor of the feed",
      "Behind which position to begin: a cursor of the feed.", FeedCursor.init)
    form = query.exportForm()
  }
}

/// How an export's rows are written.
enum ExportFormWord: String, FieldWord {
  case ndjson, csv

  static let schema = Schema.word(Self.self)
    .about("The form of an export's rows.").named("ExportFormat")
}

extension QueryFields {
  fileprivate mutating func exportForm() -> ExportFormWord? {
    value(
      "format", ExportFormWord.schema, rule: "must be ndjson or csv",
      "The form of the rows; it is preferred to `Accept`.", ExportFormWord.init(rawValue:))
  }
}
