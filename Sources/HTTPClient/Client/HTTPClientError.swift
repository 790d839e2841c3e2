package import HTTP

/// Why there is no answer, and whether the request may have taken effect nevertheless.
package struct HTTPClientError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// The request's host is not a name or address with an optional port.
    case badHost
    /// The name has no address, or could not be looked up.
    case noAddress
    /// The connection failed, with the system's `errno`.
    case connectFailed(errno: Int32)
    /// A deadline passed in this phase.
    case timeout(Phase)
    /// The connection broke or ended before the answer did.
    case reset
    /// The answer is not valid or supported HTTP.
    case malformed(Rejection)
    /// The answer's content is larger than the limit.
    case tooLarge
    /// Too many requests are in flight.
    case tooBusy
    /// The task was cancelled.
    case cancelled
  }

  package enum Phase: Hashable, Sendable {
    case connecting, writing, reading
  }

  package enum Outcome: Hashable, Sendable {
    /// No byte of the request was sent.
    case notSent
    /// Some of the request was sent, so the other side may have acted on it.
    case unknown
  }

  package let reason: Reason
  package let outcome: Outcome
  /// Whether a kept connection ended before any byte of the answer: the usual case is that the
  /// other side closed an idle connection at the moment of the request.
  let wasStale: Bool

  init(_ reason: Reason, _ outcome: Outcome = .notSent, wasStale: Bool = false) {
    self.reason = reason
    self.outcome = outcome
    self.wasStale = wasStale
  }

  /// Whether the request may be sent again on a new connection. If it may have taken effect, only
  /// an idempotent method is sent again (RFC 9110 section 9.2.2).
  func allowsRetry(of method: Method) -> Bool {
    wasStale && (outcome == .notSent || [.get, .head, .put, .delete].contains(method))
  }

  /// Whether another address of the host may be tried: only when this one was not reached.
  var allowsOtherAddress: Bool {
    if case .connectFailed = reason { return true }
    return reason == .timeout(.connecting)
  }
}
