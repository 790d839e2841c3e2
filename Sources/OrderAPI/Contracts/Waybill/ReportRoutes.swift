import HTTP
import JSON
import OrderStore
import Orders

/// What was sold, in the own API.
enum ReportRoutes {
  static let routes: [Route] = [
    Route(
      .get, "/reports/customers", About.customers, access: .retailer, reads: .anyCopy, customers),
    Route(
      .get, "/reports/customers/{customer_id}", About.customer, access: .retailer, reads: .anyCopy,
      get),
    Route(.get, "/reports/days", About.days, access: .retailer, reads: .anyCopy, days),
    Route(.get, "/reports/products", About.products, access: .retailer, reads: .anyCopy, products),
  ]

  private static func customers(_ call: Call, _ services: Services) async throws -> Response {
    try await list(CustomerSales.self, call, services)
  }

  private static func days(_ call: Call, _ services: Services) async throws -> Response {
    try await list(DaySales.self, call, services)
  }

  private static func products(_ call: Call, _ services: Services) async throws -> Response {
    try await list(ProductSales.self, call, services)
  }

  private static func list<Row: ReportRow>(
    _: Row.Type, _ call: Call, _ services: Services
  ) async throws -> Response {
    let form = try call.form(of: [.json, .csv])
    let query = try call.query { ReportQuery<Row>(reading: &$0) }
    let (refresh, page) = try await services.report.list(
      query.sort, of: query.period, after: query.page.start, size: query.page.size)
    let next = page.next.map {
      call.next(Cursor.text(list: query.listName, [$0.value, $0.key]))
    }
    let currency = services.currency
    if form.value == ContentType.csv.value {
      let link = next.map { Field.link(next: $0) }
      return call.answer(
        tag(refresh, "csv", services), .csv,
        fields: [.variesByForm] + (link.map { [$0] } ?? [])
      ) { Row.table(page.entries, currency) }
    }
    // The interval is part of the answer and may differ between instances, so the tag contains it.
    let interval = services.reportRefreshInterval.components.seconds
    return call.answer(tag(refresh, "\(interval)", services), fields: [.variesByForm]) {
      JSONWriter.object(reserving: 160 * (page.entries.count + 1)) { json in
        ReportPage(
          refreshedAt: refresh.moment, refreshIntervalSeconds: Int(interval), rows: page.entries,
          next: next, currency: currency
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
    return call.answer(tag(refresh, nil, services)) {
      JSONWriter.object {
        ReportOfCustomer(row: row, currency: services.currency).write(to: &$0)
      }
    }
  }

  /// A report changes with a refresh, and when the service is told a currency.
  private static func tag(
    _ refresh: ReportRefresh, _ form: String?, _ services: Services
  ) -> EntityTag {
    let parts = ["\(refresh.number)", form, services.currency?.code]
    return EntityTag(parts.compactMap(\.self).joined(separator: "-"))
  }
}

/// What a report is asked for.
struct ReportQuery<Row: ReportRow> {
  let sort: ReportSort<Row.Column>
  let period: Period
  let page: (size: PageSize, start: ReportSort<Row.Column>.Position?)
  /// The name of the list in its cursors. The sort and the period are part of it: a position means
  /// nothing in another order, and little in another period.
  let listName: String

  init(reading query: inout some QueryFields) {
    let standard = Row.Column.standard
    let sort =
      query.value(
        "sort", ReportSort<Row.Column>.schema.withDefault(.string(standard.word)),
        rule: "must be one of these, behind a minus to begin with the largest: "
          + Row.Column.allCases.map(\.rawValue).joined(separator: ", "),
        "By which column; behind a minus the largest come first."
      ) { ReportSort($0) } ?? standard
    let period = Row.hasPeriod ? Period(reading: &query) : .always
    let listName = Row.listName + sort.word + period.words
    page = query.page {
      Cursor.position($0, list: listName, parts: 2)
        .flatMap { sort.position(value: $0[0], key: $0[1]) }
    }
    self.sort = sort
    self.period = period
    self.listName = listName
  }
}

extension Period {
  fileprivate init(reading query: inout some QueryFields) {
    self.init(
      from: query.day("from", "Only orders placed on this day or later."),
      to: query.day("to", "Only orders placed on this day or earlier."))
    if let from, let to, to < from { query.refuse("to", "must not be before from") }
  }

  /// For the name of a list.
  fileprivate var words: String {
    self == .always ? "" : " \(from?.text ?? "") to \(to?.text ?? "")"
  }
}

extension QueryFields {
  /// A day in UTC.
  mutating func day(_ name: String, _ about: @autoclosure () -> String) -> Day? {
    value(
      name, .string(format: "date").example("2026-01-31"),
      rule: "must be a day like 2026-01-31", about(), Day.init)
  }
}
