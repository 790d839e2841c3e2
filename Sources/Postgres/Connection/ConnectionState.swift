import EventLoop

/// The state machine of one pipelined connection, as a value: which replies are outstanding, which
/// must be held back until a commit, and what happens to the requests when the connection breaks.
struct ConnectionState<Request> {
  /// How a request is answered, and what the failure of another request in its batch means for it.
  enum Delivery {
    /// Shares a Sync with others: after a failure of one of them it is skipped and sent again.
    case batched
    /// Has its own Sync; answered at once.
    case alone
    /// Has its own Sync, which commits it: answered when the Sync has succeeded.
    case committed
  }

  enum Reply { case success, failure, skipped, sync }

  /// What to do with a reply.
  enum Verdict {
    case nothing
    /// The reply answers this request.
    case answer(Request)
    /// The reply will answer this request if the commit succeeds.
    case hold(Request)
    /// The commit succeeded: the held reply answers this request.
    case release(Request)
    /// Another request of the batch failed before this one was executed.
    case sendAgain(Request)
    /// The statement could not be prepared; requests that use it will fail.
    case unprepared(PreparedStatement)
    /// A reply that nothing was sent for.
    case violation
  }

  private enum Expected {
    case preparation(PreparedStatement)
    /// BEGIN or the like. If it fails, the statement after it fails as well.
    case opening
    case answer(Request, Delivery)
    case sync
  }

  private var expected = Queue<Expected>()
  private var held: Request?
  /// Whether statements have been written after the last Sync.
  private(set) var hasOpenBatch = false
  /// Requests without an answer.
  private(set) var inFlight = 0
  /// Since when the next reply is outstanding; nil when none is.
  private(set) var outstandingSince: Instant?
  /// Final.
  private(set) var isDead = false

  var owesReply: Bool { !expected.isEmpty }

  mutating func sentPreparation(_ statement: PreparedStatement, at now: Instant) {
    expect(.preparation(statement), at: now)
  }

  mutating func sentOpening(at now: Instant) { expect(.opening, at: now) }

  mutating func sent(_ request: Request, _ delivery: Delivery, at now: Instant) {
    inFlight += 1
    expect(.answer(request, delivery), at: now)
  }

  mutating func sentSync(at now: Instant) {
    expect(.sync, at: now)
    hasOpenBatch = false
  }

  mutating func received(_ reply: Reply, at now: Instant) -> Verdict {
    guard let next = expected.first, !isDead else { return .violation }
    let verdict = verdict(on: reply, to: next)
    // A failed commit is reported before its Sync, which still comes.
    if case .sync = next, reply != .sync {} else { expected.popFirst() }
    outstandingSince = expected.isEmpty ? nil : now
    return verdict
  }

  private mutating func verdict(on reply: Reply, to next: Expected) -> Verdict {
    switch (next, reply) {
    case (.sync, .sync): return release()
    case (.sync, .failure): return fail()
    case (.sync, _), (_, .sync): return .violation
    case (.preparation, .success), (.opening, _): return .nothing
    case (.preparation(let statement), _): return .unprepared(statement)
    case (.answer(let request, .batched), .skipped):
      inFlight -= 1
      return .sendAgain(request)
    case (.answer(let request, .committed), .success):
      held = request
      return .hold(request)
    case (.answer(let request, _), _):
      inFlight -= 1
      return .answer(request)
    }
  }

  private mutating func release() -> Verdict {
    guard let request = held.take() else { return .nothing }
    inFlight -= 1
    return .release(request)
  }

  private mutating func fail() -> Verdict {
    guard let request = held.take() else { return .nothing }
    inFlight -= 1
    return .answer(request)
  }

  /// The connection is gone; returns the requests without an answer, in the order of sending.
  mutating func lost() -> [Request] {
    isDead = true
    outstandingSince = nil
    inFlight = 0
    let waiting = expected.removeAll().compactMap { entry in
      if case .answer(let request, _) = entry { request } else { nil }
    }
    guard let first = held.take() else { return waiting }
    return [first] + waiting
  }

  /// Whether a reply has been outstanding for longer than `timeout`.
  func isOverdue(after timeout: Duration, at now: Instant) -> Bool {
    guard let outstandingSince else { return false }
    return now >= outstandingSince + timeout
  }

  private mutating func expect(_ entry: Expected, at now: Instant) {
    expected.append(entry)
    hasOpenBatch = true
    if outstandingSince == nil { outstandingSince = now }
  }
}
