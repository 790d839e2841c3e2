import JSON
import OrderStore
import Orders

// What the own API shows of the reports.

/// A row of a report as it is shown.
protocol ReportRow: AnswerObject, Equatable, Sendable {
  associatedtype Column: StoredReport where Column.Row == Self

  /// What the document says of a page of such rows.
  static var page: (name: String, about: String) { get }
  /// The name of their sort order in the document.
  static var sortName: String { get }
  /// The beginning of the name of the list in its cursors.
  static var listName: String { get }
  /// Whether it is of a period.
  static var hasPeriod: Bool { get }

  /// Writes its fields as those of a table, in the same order.
  func writeColumns(to line: inout CSVWriter.Line)
}

extension ReportRow {
  /// Rows as a table, with a column for each field, and for the currency if one is set.
  static func table(_ rows: [Self], _ currency: Currency?) -> [UInt8] {
    var csv = CSVWriter(columns: fieldNames + (currency == nil ? [] : ["currency"]))
    for row in rows {
      csv.line { line in
        row.writeColumns(to: &line)
        if let currency { line.plain(currency.code) }
      }
    }
    return csv.bytes
  }
}

extension CustomerSales: ReportRow {
  typealias Column = CustomerColumn

  static let page = (
    name: "CustomerReport", about: "What customers bought: completed orders of all contracts."
  )
  static let sortName = "ReportSort"
  static let listName = "report"
  static let hasPeriod = false

  static let schema = describe("ReportRow", "What one customer bought.")

  func write(to json: inout some AnswerFields) {
    json.string("customer_id", customer, "The customer's id.", "demo-1")
    json.string(
      "customer_name", name, "The customer's name at the last refresh; null without one.",
      "Demo Customer 1")
    json.sales(sales, "How many completed orders.")
  }

  func writeColumns(to line: inout CSVWriter.Line) {
    line.text(customer)
    line.text(name)
    line.sales(sales)
  }

  static let sample = CustomerSales(customer: "demo-1", name: "Demo Customer 1", sales: .sample)
}

extension DaySales: ReportRow {
  typealias Column = DayColumn

  static let page = (
    name: "DayReport",
    about: "What was sold by day: completed orders of all contracts, by the day of their placing."
  )
  static let sortName = "DayReportSort"
  static let listName = "days "
  static let hasPeriod = true

  static let schema = describe("DayReportRow", "What was sold on one day.")

  func write(to json: inout some AnswerFields) {
    json.day("day", day, "The day in UTC on which the orders were placed.")
    json.sales(sales, "How many orders that were placed on it are completed.")
  }

  func writeColumns(to line: inout CSVWriter.Line) {
    line.plain(day.text)
    line.sales(sales)
  }

  static let sample = DaySales(day: Day("2026-01-31")!, sales: .sample)
}

extension ProductSales: ReportRow {
  typealias Column = ProductColumn

  static let page = (
    name: "ProductReport", about: "What was sold by product: completed orders of all contracts."
  )
  static let sortName = "ProductReportSort"
  static let listName = "products sold "
  static let hasPeriod = true

  static let schema = describe("ProductReportRow", "What was sold of one product.")

  func write(to json: inout some AnswerFields) {
    json.string(
      "product_id", product, "The product's id; null for all lines that name none.", "keyboard")
    json.string(
      "product_name", name,
      "What the catalogue called it at the last refresh; null when it does not know it.",
      "Keyboard")
    json.sales(sales, "How many completed orders contain it.")
  }

  func writeColumns(to line: inout CSVWriter.Line) {
    line.text(product)
    line.text(name)
    line.sales(sales)
  }

  static let sample = ProductSales(product: "keyboard", name: "Keyboard", sales: .sample)
}

extension Sales {
  fileprivate static let sample = Sales(
    orders: 3, quantity: 7, amount: "299.40",
    returned: ReturnedGoods(quantity: 1, amount: "49.90"))
}

extension AnswerFields {
  /// Sums, which all reports have.
  @inline(__always)
  fileprivate mutating func sales(_ sales: Sales, _ aboutOrders: @autoclosure () -> String) {
    integer("orders", sales.orders, in: 1...Int.max, aboutOrders(), 3)
    integer(
      "total_quantity", sales.quantity, in: 0...Int.max,
      "The units in them that have not come back.", 7)
    money("total_amount", digits: sales.amount, "Their amount.", .number("299.40"))
    returned(sales.returned?.quantity, sales.returned?.amount)
  }

  @inline(__always)
  fileprivate mutating func day(
    _ name: StaticString, _ value: Day, _ about: @autoclosure () -> String
  ) {
    field(
      name, isAlwaysThere: true, .string(format: "date").about(about(), "2026-01-31")
    ) { $0.string($1, value.text) }
  }

  /// The currency of all amounts, where one is set.
  @inline(__always)
  fileprivate mutating func currency(_ currency: Currency?) {
    optionalString(
      "currency", currency?.code,
      "The currency of the amounts, as ISO 4217 writes it; absent when none is set.", "EUR")
  }
}

extension CSVWriter.Line {
  fileprivate mutating func sales(_ sales: Sales) {
    plain("\(sales.orders)")
    plain("\(sales.quantity)")
    plain(sales.amount)
    plain("\(sales.returned?.quantity ?? 0)")
    plain(sales.returned?.amount ?? "0.00")
  }
}

/// A page of a report, of one refresh.
struct ReportPage<Row: ReportRow>: AnswerObject {
  let refreshedAt: Timestamp?
  let refreshIntervalSeconds: Int
  let rows: [Row]
  /// Where the next page is.
  let next: String?
  let currency: Currency?

  static var schema: Schema { describe(Row.page.name, Row.page.about) }

  func write(to json: inout some AnswerFields) {
    json.moment(
      "refreshed_at", refreshedAt, "As of when it is true; null before the first.")
    json.integer(
      "refresh_interval_seconds", refreshIntervalSeconds, in: 1...Int.max,
      "How often it is refreshed, in seconds.", 120)
    json.objects("items", rows, "The rows of this page.")
    json.next(next)
    json.currency(currency)
  }

  static var sample: ReportPage {
    ReportPage(
      refreshedAt: .sample, refreshIntervalSeconds: 120, rows: [.sample], next: nil,
      currency: .sample)
  }
}

/// The row of one customer.
struct ReportOfCustomer: AnswerObject {
  let row: CustomerSales
  let currency: Currency?

  static let schema = describe("ReportOfCustomer", "What one customer bought.")

  func write(to json: inout some AnswerFields) {
    row.write(to: &json)
    json.currency(currency)
  }

  static let sample = ReportOfCustomer(row: .sample, currency: .sample)
}

extension ReportSort where Column.Row: ReportRow, Column.Row.Column == Column {
  static var schema: Schema {
    Schema.words(
      Column.allCases.flatMap { column in
        [false, true].map { ReportSort(column: column, descends: $0).word }
      }
    ).about("By which column; a minus puts the largest first.").named(Column.Row.sortName)
  }
}

extension Currency {
  static let sample = Currency("EUR")!
}
