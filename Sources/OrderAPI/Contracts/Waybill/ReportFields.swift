import JSON
import Orders

// What the own API shows of the report.

extension ReportRow: AnswerObject {
  static let schema = describe("ReportRow", "What one customer bought.")

  func write(to json: inout some AnswerFields) {
    json.string("customer_id", customer, "The customer's id.", "demo-1")
    json.string(
      "customer_name", name, "The customer's name at the last refresh; null without one.",
      "Demo Customer 1")
    json.integer("orders", orders, in: 1...Int.max, "How many completed orders.", 3)
    json.integer(
      "total_quantity", totalQuantity, in: 0...Int.max,
      "The units in them that have not come back.", 7)
    json.money("total_amount", digits: totalAmount, "Their amount.", .number("299.40"))
    json.returned(returned?.quantity, returned?.amount)
  }

  static let sample = ReportRow(
    customer: "demo-1", name: "Demo Customer 1", orders: 3, totalQuantity: 7,
    totalAmount: "299.40", returned: ReturnedGoods(quantity: 1, amount: "49.90"))
}

extension ReportRow {
  private static let columns = fieldNames

  /// Rows as a table, with a column for each field.
  static func table(_ rows: [ReportRow]) -> [UInt8] {
    var csv = CSVWriter(columns: columns)
    for row in rows {
      csv.line { line in
        line.text(row.customer)
        line.text(row.name)
        line.plain("\(row.orders)")
        line.plain("\(row.totalQuantity)")
        line.plain(row.totalAmount)
        line.plain("\(row.returned?.quantity ?? 0)")
        line.plain(row.returned?.amount ?? "0.00")
      }
    }
    return csv.bytes
  }
}

/// A page of the report, of one refresh.
struct ReportPage: AnswerObject {
  let refreshedAt: Timestamp?
  let refreshIntervalSeconds: Int
  let rows: [ReportRow]
  /// Where the next page is.
  let next: String?

  static let schema = describe(
    "CustomerReport", "What customers bought: completed orders of all contracts.")

  func write(to json: inout some AnswerFields) {
    json.moment(
      "refreshed_at", refreshedAt, "As of when it is true; null before the first.")
    json.integer(
      "refresh_interval_seconds", refreshIntervalSeconds, in: 1...Int.max,
      "How often it is refreshed, in seconds.", 120)
    json.objects("items", rows, "The rows of this page.")
    json.next(next)
  }

  static let sample = ReportPage(
    refreshedAt: .sample, refreshIntervalSeconds: 120, rows: [.sample], next: nil)
}

extension ReportSort {
  static let schema = Schema.words(
    Column.allCases.flatMap { column in
      [false, true].map { ReportSort(column: column, descends: $0).word }
    }
  ).about("By which column; a minus puts the largest first.").named("ReportSort")
}
