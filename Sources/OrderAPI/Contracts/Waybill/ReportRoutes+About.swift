import HTTP
import JSON
import Orders

extension ReportRoutes {
  /// What the document says about each route.
  enum About {
    private static let refreshed = """
      as of `refreshed_at`. The `ETag` changes with a refresh only. `Accept: text/csv` gives a \
      table, with the next page in `Link`.
      """

    static let customers = list(
      CustomerSales.self, "getCustomerReport", "What customers bought: completed orders",
      "Completed orders of all contracts \(refreshed)")

    static let days = list(
      DaySales.self, "getDayReport", "What was sold by day: completed orders",
      """
      Completed orders of all contracts by the day in UTC on which they were placed, \(refreshed) \
      A day without such an order has no row. What came back is taken from the day of its order.
      """)

    static let products = list(
      ProductSales.self, "getProductReport", "What was sold by product: completed orders",
      """
      The lines of completed orders of all contracts by product, of all time or of orders placed \
      from one day to another, \(refreshed)
      """)

    private static func list<Row: ReportRow>(
      _: Row.Type, _ name: String, _ summary: String, _ text: String
    ) -> RouteDescription {
      let table = String(decoding: Row.table([.sample], nil), as: UTF8.self)
      return RouteDescription(
        name, summary, text,
        parameters: [.ifNoneMatch], query: .query { ReportQuery<Row>(reading: &$0) },
        answers: [
          Answer(
            status: .ok, text: "A page of the report", headers: [.etag, .link],
            contents: [
              .init(
                type: .json, schema: ReportPage<Row>.schema,
                examples: [Example("page", ReportPage<Row>.example)]),
              .init(type: .csv, schema: .string(), examples: [Example("table", table)]),
            ])
        ],
        refusals: [.notAcceptable])
    }

    static let customer = RouteDescription(
      "getReportOfCustomer", "What one customer bought",
      parameters: [
        .path("customer_id", CustomerID.schema, "The customer's id.", example: "demo-1"),
        .ifNoneMatch,
      ],
      answers: [
        .json(.ok, "One row of the report", ReportOfCustomer.self, headers: [.etag], "row")
      ],
      refusals: [.notFound, .notAcceptable])
  }
}
