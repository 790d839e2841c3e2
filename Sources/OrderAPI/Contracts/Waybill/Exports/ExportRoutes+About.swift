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

    static func of(_ kind: ExportKind) -> RouteDescription {
      switch kind {
      case .orders:
        describe(
          "exportOrders", "Export orders", ExportedOrder.self, "orders",
          query: .query { OrderExportQuery(reading: &$0) })
      case .customers:
        describe(
          "exportCustomers", "Export customers", Customer.self, "customers",
          query: .query { CustomerExportQuery(reading: &$0) })
      case .products:
        describe(
          "exportProducts", "Export products", ExportedProduct.self, "products",
          query: .query { ProductExportQuery(reading: &$0, withRetired: true) })
      case .stock:
        describe(
          "exportStock", "Export the stock of each product", StockLevel.self, "levels",
          query: .query { ProductExportQuery(reading: &$0, withRetired: false) })
      case .events:
        describe(
          "exportEvents", "Export the feed up to now", FeedEvent.self, "events",
          query: .query { EventExportQuery(reading: &$0) }, refusals: [.historyChanged])
      }
    }

    private static func describe<Row: AnswerObject>(
      _ name: String, _ summary: String, _: Row.Type, _ rows: String,
      query: [Parameter], refusals: [ErrorCode] = [.notFound]
    ) -> RouteDescription {
      RouteDescription(
        name, summary, explanation,
        query: query,
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
