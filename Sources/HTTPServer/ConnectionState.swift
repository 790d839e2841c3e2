import EventLoop

/// Where one connection is in its life, and what its events mean there: no socket, no clock.
///
/// A connection reads a request, has it answered, sends the answer, and only then looks at what
/// came next, so that a client that does not read is not read from either.
struct ConnectionState {
  enum Phase: Equatable {
    /// Accepted; nothing has come.
    case fresh
    /// Between requests.
    case idle
    /// Part of a head has come.
    case head
    /// The head is complete, the content is not.
    case body(bytesReceived: Int)
    /// A request is being answered.
    case handling
    /// The peer takes an answer more slowly than it is made.
    case sending
    /// The last answer is out and the writing half closed; what still comes is thrown away.
    case lingering(bytesLeft: Int)
    /// Nothing follows; absorbs every event.
    case closed
  }

  enum Event {
    /// Part of a message has come; of its content so many bytes, nil while the head is not
    /// complete.
    case partial(bodyBytes: Int?)
    /// A whole request; with `isLast` its sender wants no other answer.
    case request(isLast: Bool)
    /// The answer put out says that it is the last one, by our decision.
    case lastAnswer
    /// All that was put out has gone to the system.
    case sent
    /// The system takes no more for now; `progress` when it took some.
    case blocked(progress: Bool)
    /// Bytes that nobody wants came.
    case discarded(Int)
    /// The peer will not send any more, or the connection is broken.
    case ended
    /// The deadline has passed.
    case expired
    /// The server is shutting down.
    case drain
  }

  enum Action: Equatable {
    case wait
    /// Look at what has been read already, then read.
    case next
    /// Look whether a request has arrived unseen; close if none has.
    case lastLook
    /// Put out the site's answer to this, then report `lastAnswer`.
    case refuse(Refusal)
    /// Close the writing half, and read on.
    case linger
    case close
  }

  private enum Last { case no, askedFor, decided }

  private(set) var phase = Phase.fresh
  /// When the phase began, or last made the progress that its deadline asks for.
  private var since: Instant
  private var last = Last.no
  private(set) var isDraining = false

  init(acceptedAt now: Instant) { since = now }

  /// Whether nothing that follows the answer in hand is looked at.
  var closesAfterAnswer: Bool { last != .no }

  /// When `expired` is due.
  func deadline(_ limits: ServerLimits) -> Instant {
    switch phase {
    case .fresh: since + (isDraining ? limits.drainGrace : limits.headDeadline)
    case .head: since + limits.headDeadline
    case .idle: since + (isDraining ? limits.drainGrace : limits.idleDeadline)
    case .body(let bytes):
      // The instant at which so many bytes fall below the rate: it moves on as they come.
      since
        + min(
          limits.bodyDeadline,
          max(limits.bodyGrace, .seconds(bytes / max(1, limits.bodyBytesPerSecondMin))))
    case .handling: since + limits.handlerDeadline
    case .sending: since + limits.stallDeadline
    case .lingering: since + limits.lingerDeadline
    case .closed: .never
    }
  }

  mutating func event(_ event: Event, at now: Instant, _ limits: ServerLimits) -> Action {
    if phase == .closed { return .wait }
    switch event {
    case .partial(let bodyBytes):
      partial(bodyBytes, now)
    case .request(let isLast):
      enter(.handling, now)
      if isLast { last = .askedFor }
    case .lastAnswer:
      enter(.handling, now)
      last = .decided
    case .sent:
      return sent(now, limits)
    case .blocked(let progress):
      if progress || phase != .sending { enter(.sending, now) }
    case .discarded(let count):
      guard case .lingering(let left) = phase, count < left else { return close() }
      phase = .lingering(bytesLeft: left - count)
    case .ended:
      return close()
    case .expired:
      return expired()
    case .drain:
      isDraining = true
      if phase == .fresh { since = now }
      // A client that had an answer a moment ago may be sending its next request right now.
      if phase == .idle, deadline(limits) <= now { return .lastLook }
    }
    return .wait
  }

  private mutating func partial(_ bodyBytes: Int?, _ now: Instant) {
    switch (phase, bodyBytes) {
    // The deadline of a first head runs from accept, that of any head from its first byte.
    case (.fresh, nil), (.head, nil): phase = .head
    case (_, nil): enter(.head, now)
    case (.body, let bytes?): phase = .body(bytesReceived: bytes)
    case (_, let bytes?): enter(.body(bytesReceived: bytes), now)
    }
  }

  private mutating func sent(_ now: Instant, _ limits: ServerLimits) -> Action {
    // An interim answer changes nothing.
    guard phase == .handling || phase == .sending else { return .wait }
    switch last {
    case .no:
      enter(.idle, now)
      return .next
    case .askedFor:
      return close()
    case .decided:
      // The peer may be in the middle of sending: a plain close would reset what it has not read.
      enter(.lingering(bytesLeft: limits.lingerBytesMax), now)
      return .linger
    }
  }

  private mutating func expired() -> Action {
    switch phase {
    case .head: .refuse(.headTimeout)
    case .body: .refuse(.bodyTimeout)
    case .handling: .refuse(.handlerTimeout)
    case .fresh, .idle, .sending, .lingering, .closed: close()
    }
  }

  private mutating func close() -> Action {
    phase = .closed
    return .close
  }

  private mutating func enter(_ phase: Phase, _ now: Instant) {
    self.phase = phase
    since = now
  }
}
