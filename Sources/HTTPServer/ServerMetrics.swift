import Synchronization

/// Counters shared by all servers of a process; readable from any thread.
///
/// `connectionsOpen` and `requestsInFlight` are gauges and decide about admission: their limits
/// hold for the process, however unevenly the kernel distributes connections over the loops.
package final class ServerMetrics: Sendable {
  package let connectionsOpen = Counter()
  /// Requests in the hands of asynchronous handlers now.
  package let requestsInFlight = Counter()

  package let connectionsAccepted = Counter()
  /// Connections answered 503 or closed because there were too many, or no descriptor was left.
  package let connectionsRefused = Counter()
  /// Requests answered 503 because too many were in flight.
  package let requestsRefused = Counter()
  /// Messages that were not a request.
  package let messagesRejected = Counter()
  /// Connections closed because all of them together held too many bytes.
  package let connectionsCut = Counter()
  /// Answers whose client was gone.
  package let answersDropped = Counter()

  package let headTimeouts = Counter()
  package let bodyTimeouts = Counter()
  package let handlerTimeouts = Counter()
  /// Answers whose peer stopped reading.
  package let sendTimeouts = Counter()
  /// Connections closed because they were idle, or never sent anything.
  package let idleTimeouts = Counter()

  package init() {}
}

/// A number that the loops change and any thread can read.
package struct Counter: ~Copyable, Sendable {
  private let number = Atomic(0)

  package var value: Int { number.load(ordering: .relaxed) }

  func add(_ count: Int = 1) { number.add(count, ordering: .relaxed) }
  func subtract() { number.subtract(1, ordering: .relaxed) }

  /// Adds one unless that would pass `max`.
  func add(upTo max: Int) -> Bool {
    guard number.add(1, ordering: .relaxed).newValue <= max else {
      subtract()
      return false
    }
    return true
  }
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
    case .headTimeout: headTimeouts.add()
    case .bodyTimeout: bodyTimeouts.add()
    case .handlerTimeout: handlerTimeouts.add()
    case .tooManyConnections: connectionsRefused.add()
    case .tooManyRequests: requestsRefused.add()
    }
  }

  func admitRequest(_ limits: ServerLimits) -> Bool {
    requestsInFlight.add(upTo: limits.requestsInFlightMax)
  }
}
