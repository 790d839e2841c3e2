import HTTP
import JSON
import Orders

extension ExportRoutes {
  /// What the document says about each route.
  enum About {
    private static let explanation = """
      All of them, oldest first, as they are read: JSON on each line (`application/x-ndjson`), or \
      a table (`text/csv`). The last line of JSON is `{"end":true,"rows":…}`; without it the \
      export is not whole, and `after` goes on behind the last row that came. `Waybill-Cursor` is \
      the position of the feed before the first row was read: follow `/events` after it, take \
      what has a higher version, and you have an exact copy.
      """

    private static let format = Parameter.query(
      "format",
      Schema.words(["ndjson", "csv"]).about("The form of an export's rows.").named("ExportFormat"),
      "The form of the rows; it is preferred to `Accept`.")

    static func of(_ kind: ExportKind) -> RouteDescription {
      switch kind {
      case .orders:
        describe(
          "exportOrders", "Export orders", Order.self, "orders",
          after: .either([.string(format: "uuid"), .integer(1...Int.max)]),
          "Behind which order to begin: the id or the number of the last row that came.",
          filters: OrderRoutes.exportFilters)
      case .customers:
        describe(
          "exportCustomers", "Export customers", Customer.self, "customers",
          after: CustomerID.schema,
          "Behind which customer to begin: the id of the last row that came.")
      case .products:
        describe(
          "exportProducts", "Export products", Product.self, "products", after: ProductID.schema,
          "Behind which product to begin: the id of the last row that came.",
          filters: ProductRoutes.filters)
      case .stock:
        describe(
          "exportStock", "Export the stock of each product", StockLevel.self, "levels",
          after: ProductID.schema,
          "Behind which product to begin: the id of the last row that came.",
          filters: ProductRoutes.filters)
      case .events:
        describe(
          "exportEvents", "Export the feed up to now", FeedEvent.self, "events",
          after: FeedCursor.schema, "Behind which position to begin: a cursor of the feed.",
          filters: FeedRoutes.filters, refusals: [.historyChanged])
      }
    }

    private static func describe<Row: AnswerObject>(
      _ name: String, _ summary: String, _: Row.Type, _ rows: String, after: Schema,
      _ afterText: String, filters: [Parameter] = [], refusals: [ErrorCode] = [.notFound]
    ) -> RouteDescription {
      RouteDescription(
        name, summary, explanation,
        parameters: filters + [.query("after", after, afterText), format],
        answers: [
          Answer(
            status: .ok, text: "All \(rows)", headers: [.cursor],
            contents: [
              .init(
                type: .ndjson, schema: .string(),
                examples: [Example("lines", "\(Row.example)\n{\"end\":true,\"rows\":1}\n")]),
              .init(type: .csv, schema: .string()),
            ])
        ],
        refusals: refusals + [.tooManyStreams, .notAcceptable])
    }
  }
}
