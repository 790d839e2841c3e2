import Synchronization

/// What is known of the report's refreshes; written by its job, read by whoever shows the metrics.
final class ReportFigures: Sendable {
  /// Of when the report is, in milliseconds since 1970 by the database's clock; 0 while unknown.
  let lastRefresh = Atomic(0)
  /// How long the newest refresh took, whoever made it, in milliseconds.
  let duration = Atomic(0)
  /// Refreshes that this instance made and that changed the report.
  let refreshes = Atomic(0)
  /// Attempts of this instance that failed.
  let failures = Atomic(0)

  func add(to text: inout MetricsText) {
    text.describe(
      "report_last_refresh_timestamp_seconds", "gauge", "Of when the report is, whoever made it")
    text.sample(
      "report_last_refresh_timestamp_seconds",
      "\(Double(lastRefresh.load(ordering: .relaxed)) / 1e3)")
    text.describe(
      "report_refresh_duration_seconds", "gauge", "How long the newest refresh of the report took")
    text.sample(
      "report_refresh_duration_seconds", "\(Double(duration.load(ordering: .relaxed)) / 1e3)")
    text.counter(
      "report_refreshes_total", "Refreshes that this instance made",
      refreshes.load(ordering: .relaxed))
    text.counter(
      "report_refresh_failures_total", "Refreshes that this instance could not make",
      failures.load(ordering: .relaxed))
  }
}
