import Synchronization

/// What all servers of a process count together; readable from any thread.
///
/// Two of the numbers are gauges that admission decides by: the ceilings hold for the process,
/// however unevenly the kernel shares connections out among its loops.
package final class ServerMetrics: Sendable {
  /// Connections that are open now.
  package let connectionsOpen = Counter()
  /// Requests in the hands of asynchronous handlers now.
  package let requestsInFlight = Counter()

  /// Connections accepted.
  package let connectionsAccepted = Counter()
  /// Connections answered 503 or dropped because there were too many, or no descriptor was left.
  package let connectionsRefused = Counter()
  /// Requests answered 503 because too many were in flight.
  package let requestsRefused = Counter()
  /// Messages that were not a request.
  package let messagesRejected = Counter()
  /// Connections ended because all of them kept too many bytes.
  package let connectionsCut = Counter()
  /// Answers that found their peer gone.
  package let answersDropped = Counter()

  /// Heads that took too long.
  package let headTimeouts = Counter()
  /// Contents that took too long.
  package let bodyTimeouts = Counter()
  /// Handlers that took too long.
  package let handlerTimeouts = Counter()
  /// Answers whose peer stopped reading.
  package let sendTimeouts = Counter()
  /// Connections closed after resting, or after never saying anything.
  package let idleTimeouts = Counter()

  /// Counts from zero.
  package init() {}
}

/// A number that any thread reads and the loops change.
package struct Counter: ~Copyable, Sendable {
  private let number = Atomic(0)

  /// The number now.
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
  /// Too many are waiting for their 503: close without a word.
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

  func count(_ refusal: Refusal) {
    switch refusal {
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
