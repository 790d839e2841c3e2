import HTTP
import JSON
import OrderStore
import Orders

/// What customers bought, in the own API.
enum ReportRoutes {
  static let routes: [Route] = [
    Route(.get, "/reports/customers", About.list, access: .retailer, list),
    Route(.get, "/reports/customers/{customer_id}", About.get, access: .retailer, get),
  ]

  private static func list(_ call: Call, _ services: Services) async throws -> Response {
    let form = try call.form(of: [.json, .csv])
    let query = try call.query { ReportQuery(reading: &$0) }
    let (refresh, page) = try await services.report.list(
      query.sort, after: query.page.start, size: query.page.size)
    let next = page.next.map {
      call.next(Cursor.text(list: query.listName, [$0.value, $0.customer]))
    }
    if form.value == ContentType.csv.value {
      let link = next.map { Field.link(next: $0) }
      return call.answer(
        EntityTag("\(refresh.number)-csv"), .csv,
        fields: [.variesByForm] + (link.map { [$0] } ?? [])
      ) { ReportRow.table(page.entries) }
    }
    // The interval is part of the answer and may differ between instances, so the tag contains it.
    let interval = services.reportRefreshInterval.components.seconds
    return call.answer(EntityTag("\(refresh.number)-\(interval)"), fields: [.variesByForm]) {
      JSONWriter.object(reserving: 160 * (page.entries.count + 1)) { json in
        ReportPage(
          refreshedAt: refresh.moment, refreshIntervalSeconds: Int(interval), rows: page.entries,
          next: next
        ).write(to: &json)
      }
    }
  }

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let id = try call.value("customer_id")
    guard let customer = CustomerID(id),
      case let (refresh, row?) = try await services.report.find(customer)
    else { throw Failure.notFound("completed order of customer \(id) in the report") }
    return call.answer(EntityTag(version: refresh.number)) {
      JSONWriter.object { row.write(to: &$0) }
    }
  }
}

/// What the report is asked for.
struct ReportQuery {
  let sort: ReportSort
  let page: (size: PageSize, start: ReportSort.Position?)
  /// The name of the list in its cursors. The sort is part of it: a position means nothing in
  /// another order.
  let listName: String

  init(reading query: inout some QueryFields) {
    let sort =
      query.value(
        "sort", ReportSort.schema.withDefault(.string(ReportSort.standard.word)),
        rule: "must be one of these, behind a minus to begin with the largest: "
          + ReportSort.Column.allCases.map(\.rawValue).joined(separator: ", "),
        "By which column; behind a minus the largest come first."
      ) { ReportSort($0) } ?? .standard
    let listName = "report\(sort.word)"
    page = query.page {
      Cursor.position($0, list: listName, parts: 2)
        .flatMap { sort.position(value: $0[0], customer: $0[1]) }
    }
    self.sort = sort
    self.listName = listName
  }
}
