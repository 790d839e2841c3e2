package import Telemetry

/// Counters shared by all servers of a process; readable from any thread.
///
/// The gauge of open connections decides about admission: its ceiling holds for the process,
/// however unevenly the kernel shares connections out among its loops.
package final class ServerMetrics: FigureGroup {
  /// What took too long.
  package enum Deadline: String, CaseIterable, Sendable {
    case head
    case body
    case handler
    /// The peer stopped reading an answer.
    case send
    /// Nothing was sent on the connection.
    case idle
  }

  /// Why a request was not taken on.
  package enum Refusal: String, CaseIterable, Sendable {
    /// Too many of its sender waited.
    case queueFull = "queue_full"
    /// Its turn did not come in time.
    case waited
  }

  package let connectionsOpen = Gauge("http_server_connections", "Connections that are open")
  package let requestsInFlight = Gauge(
    "http_server_requests_in_flight", "Requests in the hands of handlers that wait")
  package let streams = Gauge(
    "http_server_streams", "Streams, and requests that wait for what happens elsewhere")
  package let streamsFailed = Counter(
    "http_server_streams_failed_total", "Streams that were cut because they could not go on")
  package let connectionsAccepted = Counter(
    "http_server_connections_total", "Connections accepted")
  package let connectionsRefused = Counter(
    "http_server_connections_refused_total", "Connections above the ceiling")
  package let requestsWaiting = Gauge(
    "http_server_requests_waiting", "Requests that wait for their turn")
  package let waits = Counter("http_server_waits_total", "Requests that had to wait for their turn")
  package let waitNanoseconds = Counter(
    "http_server_wait_seconds_total", unit: .nanoseconds, "How long they waited altogether")
  package let requestsRefused = Labelled<Refusal, Counter>(
    "http_server_requests_refused_total", by: "reason",
    "Requests that were not taken on because of others")
  package let messagesRejected = Counter(
    "http_server_messages_rejected_total", "Messages that were no request")
  package let connectionsCut = Counter(
    "http_server_connections_cut_total", "Connections ended because all of them kept too many bytes"
  )
  package let answersDropped = Counter(
    "http_server_answers_dropped_total", "Answers whose client was gone")
  package let timeouts = Labelled<Deadline, Counter>(
    "http_server_timeouts_total", by: "kind", "Deadlines that passed, by what was late")

  package init() {}
}

/// Whether a new connection is served.
enum Admission: Equatable {
  case serve
  /// Too many are open: answer 503.
  case refuse
  /// Too many are waiting for their 503: close without an answer.
  case drop
}

extension ServerMetrics {
  func admitConnection(_ limits: ServerLimits) -> Admission {
    guard connectionsOpen.add(upTo: limits.connectionsMax + limits.refusedConnectionsMax) else {
      connectionsRefused.add()
      return .drop
    }
    connectionsAccepted.add()
    return connectionsOpen.value > limits.connectionsMax ? .refuse : .serve
  }

  func count(_ error: HTTPServerError) {
    switch error {
    case .rejected: messagesRejected.add()
    case .headTimeout: timeouts[.head].add()
    case .bodyTimeout: timeouts[.body].add()
    case .handlerTimeout: timeouts[.handler].add()
    case .tooManyConnections: connectionsRefused.add()
    case .tooManyWaiting: requestsRefused[.queueFull].add()
    case .waitedTooLong: requestsRefused[.waited].add()
    }
  }
}
