import Postgres
import PrivateCluster

/// Measures a refresh of all reports after a thousand changes, for growing numbers of completed
/// orders, and compares it with the full aggregates, as queries and as a materialized view. Says
/// what each report has of the refresh, and what the best-selling products of a period cost.
struct ReportCurve {
  private static let customers = 100_000

  let cluster: LocalCluster
  /// The largest number of orders; each is ten times as large as the one before.
  let ordersMax: Int

  func printFigures() throws {
    print("report refresh after 1,000 changes, ms (\(Self.customers) customers at most)")
    try cluster.createDatabase("report")
    let conninfo = cluster.connectionString(database: "report")
    try Service.migrate(conninfo)
    let psql = Psql(conninfo: conninfo)
    let scripts = try Psql.scripts()
    var from = 1
    var to = 10_000
    while to <= ordersMax {
      try psql.run(
        ["-v", "from=\(from)", "-v", "to=\(to)", "-v", "customers=\(min(Self.customers, to / 10))"]
          + ["-f", scripts + "/report_fill.sql"], seconds: 3_600)
      let output = try psql.run(["-At", "-f", scripts + "/report_measure.sql"], seconds: 600)
      let times = output.split(separator: "\n").compactMap { line in
        line.hasPrefix("Time: ") ? Double(line.dropFirst(6).prefix { $0 != " " }) : nil
      }
      guard output.contains("refreshed"), times.count == 8 else {
        throw LabError("the report was not refreshed:\n\(output)")
      }
      print(
        "  \("\(to)".padded(to: 10)) completed: ledger \(times[0].oneDecimal), "
          + "aggregate query \(times[1].oneDecimal), full view \(times[2].oneDecimal) "
          + "(ledger \((times[2] / times[0]).oneDecimal) × faster than the full view)")
      print(
        "             its views: customers \(times[4].oneDecimal), days \(times[5].oneDecimal), "
          + "products \(times[6].oneDecimal); days and products as a query "
          + "\(times[3].oneDecimal); products of a period \(times[7].oneDecimal)")
      from = to + 1
      to *= 10
    }
    print("")
  }
}
