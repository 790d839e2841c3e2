import HTTPServer
import OrderAPI
import Postgres
import Synchronization

/// Everything the process counts, and how `/metrics` shows it.
final class Metrics: Sendable {
  /// What one loop counts by itself, so that no loop waits for another.
  struct OfLoop: Sendable {
    let requests = RequestFigures()
    let database = PostgresMetrics()
  }

  let server = ServerMetrics()
  let report = ReportFigures()
  let shop = ShopFigures()
  let process = ProcessFigures()
  private let loops = Mutex<[OfLoop]>([])

  /// Figures for one more loop to count in.
  func forLoop() -> OfLoop {
    let new = OfLoop()
    loops.withLock { $0.append(new) }
    return new
  }

  func text(_ access: AccessState, _ routes: RouteTable) -> [UInt8] {
    var text = MetricsText()
    addBuild(&text)
    addRequests(&text, routes)
    addConnections(&text)
    addDatabase(&text)
    report.add(to: &text)
    shop.add(to: &text)
    process.add(to: &text)
    access.add(to: &text)
    return text.bytes
  }

  private func addBuild(_ text: inout MetricsText) {
    text.describe("waybill_build_info", "gauge", "Which program this is")
    text.sample(
      "waybill_build_info",
      labels: ["version": BuildFacts.version, "revision": BuildFacts.revision], "1")
  }

  private func addRequests(_ text: inout MetricsText, _ routes: RouteTable) {
    var counts: [RouteTable.Labels: Int] = [:]
    var times: [String: RequestFigures.Histogram] = [:]
    for loop in loops.withLock({ $0 }) {
      for (key, histogram) in loop.requests.snapshot {
        counts[routes.labels(of: key), default: 0] += histogram.total
        times[routes.contract(of: key), default: .init()].add(histogram)
      }
    }
    let total = "http_server_requests_total"
    text.describe(total, "counter", "Requests answered, by route, method and class of status")
    for (labels, count) in counts.sorted(by: { $0.key < $1.key }) {
      text.sample(
        total,
        labels: [
          "site": labels.site, "route": labels.route, "method": labels.method,
          "status": labels.status,
        ], "\(count)")
    }
    let name = "http_server_request_duration_seconds"
    text.describe(name, "histogram", "Time from a whole request to its answer, by contract")
    for (contract, histogram) in times.sorted(by: { $0.key < $1.key }) {
      add(histogram, of: contract, name, to: &text)
    }
  }

  private func add(
    _ histogram: RequestFigures.Histogram, of contract: String, _ name: String,
    to text: inout MetricsText
  ) {
    var sum = 0
    let bounds = RequestFigures.bounds.map { "\($0)" } + ["+Inf"]
    for (bound, count) in zip(bounds, histogram.counts) {
      sum += count
      text.sample(name + "_bucket", labels: ["contract": contract, "le": bound], "\(sum)")
    }
    let seconds = Double(histogram.nanoseconds) / 1e9
    text.sample(name + "_sum", labels: ["contract": contract], "\(seconds)")
    text.sample(name + "_count", labels: ["contract": contract], "\(sum)")
  }

  private func addConnections(_ text: inout MetricsText) {
    text.gauge(
      "http_server_connections", "Connections that are open", server.connectionsOpen.value)
    text.gauge(
      "http_server_requests_in_flight", "Requests in the hands of handlers that wait",
      server.requestsInFlight.value)
    text.counter(
      "http_server_connections_total", "Connections accepted", server.connectionsAccepted.value)
    text.counter(
      "http_server_connections_refused_total", "Connections above the ceiling",
      server.connectionsRefused.value)
    text.counter(
      "http_server_requests_refused_total", "Requests above the ceiling",
      server.requestsRefused.value)
    text.counter(
      "http_server_messages_rejected_total", "Messages that were no request",
      server.messagesRejected.value)
    text.counter(
      "http_server_answers_dropped_total", "Answers whose client was gone",
      server.answersDropped.value)
    text.describe(
      "http_server_timeouts_total", "counter", "Deadlines that passed, by what was late")
    for (kind, value) in [
      ("head", server.headTimeouts.value), ("body", server.bodyTimeouts.value),
      ("handler", server.handlerTimeouts.value), ("send", server.sendTimeouts.value),
      ("idle", server.idleTimeouts.value),
    ] {
      text.sample("http_server_timeouts_total", labels: ["kind": kind], "\(value)")
    }
  }

  private func addDatabase(_ text: inout MetricsText) {
    let loops = loops.withLock { $0.map(\.database) }
    func sum(_ value: (PostgresMetrics) -> Int) -> Int { loops.reduce(0) { $0 + value($1) } }
    text.gauge(
      "postgres_connections", "Connections that stand", sum { $0.connectionsOpen.value })
    text.gauge(
      "postgres_connections_leased", "Connections that belong to a transaction",
      sum { $0.connectionsLeased.value })
    text.counter(
      "postgres_connections_opened_total", "Connections opened", sum { $0.connectionsOpened.value })
    text.counter(
      "postgres_connections_lost_total", "Connections that broke or were thrown away",
      sum { $0.connectionsLost.value })
    text.counter(
      "postgres_connect_failures_total", "Attempts to connect that failed",
      sum { $0.connectFailures.value })
    text.gauge(
      "postgres_breakers_open", "Loops that refuse requests at once because nothing connects",
      sum { $0.breakerOpen.value })
    text.gauge(
      "postgres_requests_waiting", "Requests that wait for a connection", sum { $0.waiting.value })
    text.counter("postgres_waits_total", "Requests that had to wait", sum { $0.waits.value })
    text.describe("postgres_wait_seconds_total", "counter", "How long they waited altogether")
    text.sample(
      "postgres_wait_seconds_total", "\(Double(sum { $0.waitNanoseconds.value }) / 1e9)")
    text.counter("postgres_statements_total", "Statements sent", sum { $0.statements.value })
    text.counter(
      "postgres_statements_resent_total", "Reads sent a second time", sum { $0.resent.value })
    text.counter(
      "postgres_transactions_total", "Transactions begun", sum { $0.transactions.value })
    text.counter(
      "postgres_transactions_retried_total", "Transactions run a second time",
      sum { $0.transactionsRetried.value })
    text.counter(
      "postgres_outcomes_unknown_total", "Commits whose outcome nobody knows",
      sum { $0.outcomesUnknown.value })
    text.describe("postgres_errors_total", "counter", "Statements that failed, by what failed them")
    for (kind, value) in [
      ("server", sum { $0.errorsServer.value }), ("lost", sum { $0.errorsLost.value }),
      ("timeout", sum { $0.errorsTimeout.value }), ("refused", sum { $0.errorsRefused.value }),
    ] {
      text.sample("postgres_errors_total", labels: ["kind": kind], "\(value)")
    }
  }
}
