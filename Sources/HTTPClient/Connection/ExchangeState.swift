import EventLoop
import HTTP

/// The state machine of one request on one connection, as a value without a socket or a clock.
struct ExchangeState {
  enum Event {
    case connected
    case connectFailed(errno: Int32)
    /// The system took so many bytes of the request; so many are left.
    case wrote(Int, left: Int)
    /// The peer takes no more bytes; it may have sent an answer nevertheless.
    case writeFailed
    /// Part of an answer arrived.
    case partial
    /// The whole answer arrived.
    case answered(keepAlive: Bool)
    /// The bytes that arrived are not a valid answer.
    case rejected(Rejection)
    /// The connection broke.
    case broken
    /// The deadline has passed.
    case expired
    /// The caller's task was cancelled.
    case cancelled
  }

  enum Action: Equatable {
    /// Wait until the socket can be read; or until it can be read or written.
    case read, readAndWrite
    /// Write what is left of the request.
    case write
    /// The answer is complete; with `keep` the connection can be used again.
    case finish(keep: Bool)
    case fail(HTTPClientError)
  }

  private enum Phase { case connecting, writing, reading }

  private var phase: Phase
  private let isReused: Bool
  private let end: Instant
  private var since: Instant
  private var bytesSent = 0
  private var hasAnswer = false
  private var isWhole = false

  /// `end` is the deadline of the whole exchange.
  init(isReused: Bool, end: Instant, at now: Instant) {
    phase = isReused ? .writing : .connecting
    self.isReused = isReused
    self.end = end
    since = now
  }

  var isConnecting: Bool { phase == .connecting }
  var isWriting: Bool { phase == .writing }

  /// When `expired` is due.
  func deadline(_ limits: ClientLimits) -> Instant {
    switch phase {
    case .connecting: min(end, since + limits.connectDeadline)
    case .writing: min(end, since + limits.writeDeadline)
    case .reading: min(end, since + limits.readDeadline)
    }
  }

  mutating func event(_ event: Event, at now: Instant) -> Action {
    switch event {
    case .connected:
      (phase, since) = (.writing, now)
      return .write
    case .connectFailed(let errno):
      return fail(.connectFailed(errno: errno))
    case .wrote(let count, let left):
      bytesSent += count
      if count > 0 { since = now }
      guard left == 0 else { return .readAndWrite }
      (phase, isWhole) = (.reading, true)
      return .read
    case .writeFailed:
      phase = .reading
      return .read
    case .partial:
      hasAnswer = true
      since = now
      return phase == .writing ? .readAndWrite : .read
    case .answered(let keepAlive):
      return .finish(keep: keepAlive && isWhole)
    case .rejected(.bodyTooLarge):
      return fail(.tooLarge)
    case .rejected(.truncated), .broken:
      return fail(.reset)
    case .rejected(let rejection):
      return fail(.malformed(rejection))
    case .expired:
      return fail(.timeout(phaseReached))
    case .cancelled:
      return fail(.cancelled)
    }
  }

  private var phaseReached: HTTPClientError.Phase {
    switch phase {
    case .connecting: .connecting
    case .writing: .writing
    case .reading: .reading
    }
  }

  private func fail(_ reason: HTTPClientError.Reason) -> Action {
    .fail(
      HTTPClientError(
        reason, bytesSent == 0 ? .notSent : .unknown,
        wasStale: isReused && !hasAnswer && reason == .reset))
  }
}
