package import OrderStore
package import Orders

/// Reads what customers bought, as the last refresh saw it.
package struct ReadReport {
  /// How often the report is refreshed.
  package let refreshInterval: Duration
  private let report: ReportRepository

  /// A reader of this report.
  package init(report: ReportRepository, refreshInterval: Duration) {
    self.report = report
    self.refreshInterval = refreshInterval
  }

  /// One page of customers, in the order asked for.
  package func list(
    _ sort: ReportSort, after position: ReportSort.Position?, size: PageSize
  ) async throws(OrderError) -> ReportRepository.Found {
    try await report.list(sort, after: position, size: size)
  }

  /// The row of one customer and the refresh it is of; nil when the customer has none.
  package func find(
    _ id: String
  ) async throws(OrderError) -> (refresh: ReportRefresh, row: ReportRow)? {
    guard let id = CustomerID(id) else { return nil }
    let found = try await report.find(id)
    return found.row.map { (found.refresh, $0) }
  }
}
