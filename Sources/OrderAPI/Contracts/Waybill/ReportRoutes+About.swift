import HTTP
import JSON
import Orders

extension ReportRoutes {
  /// What the document says about each route.
  enum About {
    private static let table = String(
      decoding: ReportRow.table([.sample]), as: UTF8.self)

    static let list = RouteDescription(
      "getCustomerReport", "What customers bought: completed orders",
      """
      Completed orders of all contracts as of `refreshed_at`. The `ETag` changes with a refresh \
      only. `Accept: text/csv` gives a table, with the next page in `Link`.
      """,
      parameters: [.ifNoneMatch], query: .query { ReportQuery(reading: &$0) },
      answers: [
        Answer(
          status: .ok, text: "A page of the report", headers: [.etag, .link],
          contents: [
            .init(
              type: .json, schema: ReportPage.schema,
              examples: [Example("page", ReportPage.example)]),
            .init(type: .csv, schema: .string(), examples: [Example("table", table)]),
          ])
      ],
      refusals: [.notAcceptable])

    static let get = RouteDescription(
      "getReportOfCustomer", "What one customer bought",
      parameters: [
        .path("customer_id", CustomerID.schema, "The customer's id.", example: "demo-1"),
        .ifNoneMatch,
      ],
      answers: [
        .json(.ok, "One row of the report", ReportRow.self, headers: [.etag], "row")
      ],
      refusals: [.notFound, .notAcceptable])
  }
}
