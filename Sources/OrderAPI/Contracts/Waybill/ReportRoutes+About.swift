import HTTP
import JSON
import Orders

extension ReportRoutes {
  /// What callers are told of each route.
  enum About {
    private static let row = #"""
      {"customer_id": "demo-1", "customer_name": "Demo Customer 1", "orders": 3,
       "total_quantity": 7, "total_amount": 299.40}
      """#

    private static let page = #"""
      {"refreshed_at": "2026-01-01T10:00:00.000Z", "refresh_interval_seconds": 120,
       "items": [\#(row)], "next": null}
      """#

    private static let table = """
      customer_id,customer_name,orders,total_quantity,total_amount\r
      "demo-1","Demo Customer 1",3,7,299.40\r

      """

    static let list = RouteDescription(
      "getCustomerReport", "What customers bought: completed orders",
      """
      Completed orders of all contracts as of `refreshed_at`. The `ETag` changes with a refresh \
      only. `Accept: text/csv` gives a table, with the next page in `Link`.
      """,
      parameters: [
        .query(
          "sort", ReportSort.schema.standing(at: .string(ReportSort.standard.word)),
          "By which column; behind a minus the largest come first."),
        .limit, .cursor, .ifNoneMatch,
      ],
      answers: [
        Answer(
          status: .ok, text: "A page of the report", headers: [.etag, .link],
          contents: [
            .init(type: .json, schema: ReportRow.pageSchema, examples: [Example("page", page)]),
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
        .json(.ok, "One row of the report", ReportRow.schema, headers: [.etag], ["row": row])
      ],
      refusals: [.notFound, .notAcceptable])
  }
}
