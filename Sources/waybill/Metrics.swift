import HTTPServer
import Postgres
import Synchronization

/// Everything the process counts, and how `/metrics` shows it.
final class Metrics: Sendable {
  let server = ServerMetrics()
  let database = PostgresMetrics()
  private let figures = Mutex<[RequestFigures]>([])

  /// Figures for one more loop to count in.
  func requestFigures() -> RequestFigures {
    let new = RequestFigures()
    figures.withLock { $0.append(new) }
    return new
  }

  func text() -> [UInt8] {
    var text = MetricsText()
    addRequests(&text)
    addConnections(&text)
    addDatabase(&text)
    return text.bytes
  }

  private func addRequests(_ text: inout MetricsText) {
    var sums: [RequestFigures.Key: RequestFigures.Histogram] = [:]
    for loop in figures.withLock({ $0 }) {
      for (key, histogram) in loop.snapshot { sums[key, default: .init()].add(histogram) }
    }
    let name = "http_server_request_duration_seconds"
    text.describe(name, "histogram", "Time from a whole request to its answer")
    let lines = sums.sorted { left, right in
      (left.key.route, left.key.method, left.key.status)
        < (right.key.route, right.key.method, right.key.status)
    }
    for (key, histogram) in lines { add(histogram, key, name, to: &text) }
  }

  private func add(
    _ histogram: RequestFigures.Histogram, _ key: RequestFigures.Key, _ name: String,
    to text: inout MetricsText
  ) {
    var sum = 0
    let bounds = RequestFigures.bounds.map { "\($0)" } + ["+Inf"]
    for (bound, count) in zip(bounds, histogram.counts) {
      sum += count
      text.sample(
        name + "_bucket",
        [
          "site": key.site, "route": key.route, "method": key.method, "status": "\(key.status)",
          "le": bound,
        ], "\(sum)")
    }
    let labels: KeyValuePairs = [
      "site": key.site, "route": key.route, "method": key.method, "status": "\(key.status)",
    ]
    text.sample(name + "_sum", labels, "\(Double(histogram.nanoseconds) / 1e9)")
    text.sample(name + "_count", labels, "\(sum)")
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
    text.describe("http_server_timeouts_total", "counter", "Deadlines that passed, by what was late")
    for (kind, value) in [
      ("head", server.headTimeouts.value), ("body", server.bodyTimeouts.value),
      ("handler", server.handlerTimeouts.value), ("send", server.sendTimeouts.value),
      ("idle", server.idleTimeouts.value),
    ] {
      text.sample("http_server_timeouts_total", ["kind": kind], "\(value)")
    }
  }

  private func addDatabase(_ text: inout MetricsText) {
  }
}
