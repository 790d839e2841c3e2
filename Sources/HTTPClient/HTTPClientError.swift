package import HTTP

/// Why there is no answer, and whether the request may have taken effect all the same.
package struct HTTPClientError: Error, Hashable, Sendable {
  /// What went wrong.
  package enum Reason: Hashable, Sendable {
    /// The request's host is not a name or address with an optional port.
    case badHost
    /// The name has no address, or could not be looked up.
    case noAddress
    /// The connection was refused or is not possible, with the system's `errno`.
    case connectFailed(errno: Int32)
    /// A deadline passed in this phase.
    case timeout(Phase)
    /// The connection broke or ended before the answer did.
    case reset
    /// The answer is not HTTP as it is read here.
    case malformed(Rejection)
    /// The answer's content is larger than the limit.
    case tooLarge
    /// Too many requests are under way.
    case tooBusy
    /// The task was cancelled.
    case cancelled
  }

  /// How far an exchange has come.
  package enum Phase: Hashable, Sendable {
    case connecting, writing, reading
  }

  /// What the failure says about the request.
  package enum Outcome: Hashable, Sendable {
    /// No byte of it has left: it is as if it had not been tried.
    case notSent
    /// Some of it has left: the other side may have acted on it.
    case unknown
  }

  /// What went wrong.
  package let reason: Reason
  /// Whether the request may have taken effect.
  package let outcome: Outcome
  /// Whether a kept connection ended under the request before any byte of an answer: the usual
  /// fate of a connection that the other side was about to close.
  let wasStale: Bool

  init(_ reason: Reason, _ outcome: Outcome = .notSent, wasStale: Bool = false) {
    self.reason = reason
    self.outcome = outcome
    self.wasStale = wasStale
  }

  /// Whether the request is sent once more on a new connection. One that may have taken effect is
  /// so only if taking effect twice is the same (RFC 9110 section 9.2.2).
  func allowsRetry(of method: Method) -> Bool {
    wasStale && (outcome == .notSent || [.get, .head, .put, .delete].contains(method))
  }

  /// Whether another address of the same host may be tried: this one was not reached.
  var allowsOtherAddress: Bool {
    if case .connectFailed = reason { return true }
    return reason == .timeout(.connecting)
  }
}
