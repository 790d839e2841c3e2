import EventLoop
import OrderAPI
import Orders
import Postgres
import Telemetry

extension SystemReport {
  /// The state of this process. What it counts is read from its figures by their names.
  init(
    _ shared: Shared, _ database: Database, readiness: ReadinessReport, startedAt: Orders.Timestamp
  ) async {
    let figures = shared.metrics.exposition(shared.access, shared.routes)
    func number(_ name: String) -> Int { figures.number(name) ?? 0 }
    let refreshed = number("report_last_refresh_timestamp_seconds")
    let steps = try? await SchemaVersion.steps(database)
    self.init(
      version: BuildFacts.version, revision: BuildFacts.revision, startedAt: startedAt,
      now: Orders.Timestamp(microseconds: database.loop.wallClock / 1_000), readiness: readiness,
      migrations: (steps ?? []).map {
        Migration(
          version: $0.version, name: $0.name,
          appliedAt: Orders.Timestamp(microseconds: $0.appliedAt.microseconds))
      },
      report: Report(
        refreshedAt: refreshed > 0
          ? Orders.Timestamp(microseconds: Int64(refreshed) * 1_000) : nil,
        intervalSeconds: shared.configuration.reportRefreshSeconds),
      feed: Feed(
        lagMilliseconds: number("feed_unsequenced_seconds"), followers: number("feed_followers")),
      fulfilment: Fulfilment(
        isConfigured: shared.configuration.orderProcess != nil,
        waiting: figures.number("fulfilment_orders", "CREATED") ?? 0,
        processing: figures.number("fulfilment_orders", "PROCESSING") ?? 0,
        oldestMilliseconds: number("fulfilment_oldest_created_seconds"),
        isBreakerOpen: number("fulfilment_breaker_open") > 0),
      connections: Connections(
        http: number("http_server_connections"),
        inFlight: number("http_server_requests_in_flight"),
        waiting: number("http_server_requests_waiting"), streams: number("http_server_streams"),
        database: number("postgres_connections"),
        databaseLeased: number("postgres_connections_leased"),
        databaseWaiting: number("postgres_requests_waiting"),
        databaseBreakersOpen: number("postgres_breakers_open")),
      sampleSeconds: Int(RequestHistory.pause.components.seconds),
      samples: shared.history.samples.map {
        Sample(
          at: Orders.Timestamp(microseconds: $0.milliseconds * 1_000), requests: $0.requests,
          errors: $0.errors, mean: $0.mean, median: $0.median, percentile99: $0.percentile99)
      })
  }
}
