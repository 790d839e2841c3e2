import EventLoop

/// The state machine of one connection, as a value without a socket or a clock.
///
/// A connection reads a request, has it answered, sends the answer, and only then reads the next
/// request, so that the server stops reading from a client that does not read its answers.
struct ConnectionState {
  enum Phase: Equatable {
    /// Accepted; no byte has arrived.
    case fresh
    /// Between requests.
    case idle
    /// Part of a head has arrived.
    case head
    /// The head is complete, the content is not.
    case body(bytesReceived: Int)
    /// A request waits for its turn.
    case waiting
    /// A request is being answered.
    case handling
    /// An answer waits for what happens elsewhere, or for the next piece of a stream.
    case following
    /// Part of an answer waits for the peer to read.
    case sending
    /// The last answer is sent and the writing half closed; bytes that still arrive are discarded.
    case lingering(bytesLeft: Int)
    /// The end; every event is ignored.
    case closed
  }

  enum Event {
    /// Part of a message has arrived, with so many bytes of content; nil while the head is not
    /// complete.
    case partial(bodyBytes: Int?)
    /// A whole request has arrived; with `isLast` the client asked to close after the answer.
    case request(isLast: Bool)
    /// The request has to wait for its turn.
    case waits
    /// Its turn has come.
    case started
    /// The request's answer may take any time, or is a stream.
    case follows
    /// The answer, or the stream, is complete.
    case followed
    /// The server has decided that the answer just written is the connection's last.
    case lastAnswer
    /// The system has taken all bytes of the answers.
    case sent
    /// The system takes no more bytes for now; `progress` says whether it took some.
    case blocked(progress: Bool)
    /// So many bytes arrived and were discarded.
    case discarded(Int)
    /// The peer has finished sending, or the connection is broken.
    case ended
    /// The deadline has passed.
    case expired
    /// The server is draining.
    case drain
  }

  enum Action: Equatable {
    case wait
    /// Answer what has been read already, then read.
    case next
    /// Read once more; close if no request has arrived.
    case lastRead
    /// Write the site's answer to this error, then report `lastAnswer`.
    case answerError(HTTPServerError)
    /// Close the writing half, and go on reading.
    case linger
    case close
  }

  /// Whether the current answer is the connection's last, and who decided that.
  private enum Last { case no, byClient, byServer }

  private(set) var phase = Phase.fresh
  /// When the phase began, or last made progress.
  private var since: Instant
  private var last = Last.no
  private(set) var isDraining = false
  /// Whether more of the current answer may come at any time.
  private(set) var isFollowing = false

  init(acceptedAt now: Instant) { since = now }

  /// Whether the connection closes after the current answer; then no further request is read.
  var closesAfterAnswer: Bool { last != .no }

  /// When `expired` is due.
  func deadline(_ limits: ServerLimits) -> Instant {
    switch phase {
    case .fresh: since + (isDraining ? limits.drainGrace : limits.headDeadline)
    case .head: since + limits.headDeadline
    case .idle: since + (isDraining ? limits.drainGrace : limits.idleDeadline)
    case .body(let bytes):
      // The instant at which so many bytes are below the minimum rate; it moves as bytes arrive.
      since
        + min(
          limits.bodyDeadline,
          max(limits.bodyGrace, .seconds(bytes / max(1, limits.bodyBytesPerSecondMin))))
    case .waiting: since + limits.turnDeadline
    case .handling: since + limits.handlerDeadline
    case .following: .never
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
      if isLast { last = .byClient }
    case .waits:
      enter(.waiting, now)
    case .started:
      enter(.handling, now)
    case .follows:
      isFollowing = true
      enter(.following, now)
    case .followed:
      isFollowing = false
      enter(.handling, now)
    case .lastAnswer:
      enter(isFollowing ? .following : .handling, now)
      last = .byServer
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
      return expired(now)
    case .drain:
      isDraining = true
      if phase == .fresh { since = now }
      // A client that has just had its answer may be sending its next request right now.
      if phase == .idle, deadline(limits) <= now { return .lastRead }
    }
    return .wait
  }

  private mutating func partial(_ bodyBytes: Int?, _ now: Instant) {
    switch (phase, bodyBytes) {
    // The deadline of the first head runs from the accept, that of later heads from their first
    // byte.
    case (.fresh, nil), (.head, nil): phase = .head
    case (_, nil): enter(.head, now)
    case (.body, let bytes?): phase = .body(bytesReceived: bytes)
    case (_, let bytes?): enter(.body(bytesReceived: bytes), now)
    }
  }

  private mutating func sent(_ now: Instant, _ limits: ServerLimits) -> Action {
    if isFollowing {
      if phase == .sending { enter(.following, now) }
      return .wait
    }
    // After an interim (100) answer nothing changes.
    guard phase == .handling || phase == .sending else { return .wait }
    switch last {
    case .no:
      enter(.idle, now)
      return .next
    case .byClient:
      return close()
    case .byServer:
      // The peer may still be sending. Closing now would reset the connection, and the peer could
      // lose an answer that it has not read.
      enter(.lingering(bytesLeft: limits.lingerBytesMax), now)
      return .linger
    }
  }

  private mutating func expired(_ now: Instant) -> Action {
    switch phase {
    case .head: return .answerError(.headTimeout)
    case .body: return .answerError(.bodyTimeout)
    case .waiting:
      enter(.handling, now)
      return .answerError(.waitedTooLong)
    case .handling: return .answerError(.handlerTimeout)
    case .fresh, .idle, .following, .sending, .lingering, .closed: return close()
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
