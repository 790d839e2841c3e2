import EventLoop

/// What one pipelined connection owes and expects, as a value: the replies still to come, which of
/// them must be held back, and who is to be told what when the connection breaks.
struct ConnectionState<Request> {
  /// How a request is answered, and what the failure of a neighbour means for it.
  enum Delivery {
    /// Shares a Sync: a neighbour's failure skips it, and it is sent again.
    case batched
    /// Alone with its Sync; answered at once.
    case alone
    /// Alone with its Sync, which commits: answered when the Sync has succeeded.
    case committed
  }

  /// One reply of the server, as far as it matters here.
  enum Reply { case success, failure, skipped, sync }

  /// What to do with the reply that has just come.
  enum Verdict {
    case nothing
    /// The reply answers this request.
    case answer(Request)
    /// The reply will answer this request if the commit succeeds.
    case hold(Request)
    /// The commit succeeded: what was held answers this request.
    case release(Request)
    /// A neighbour failed before this request was executed.
    case sendAgain(Request)
    /// The statement could not be prepared; who uses it will fail.
    case unprepared(PreparedStatement)
    /// A reply that nothing was sent for.
    case violation
  }

  private enum Expected {
    case preparation(PreparedStatement)
    /// BEGIN, whose failure shows in what follows.
    case opening
    case answer(Request, Delivery)
    case sync
  }

  private var expected = Queue<Expected>()
  private var held: Request?
  /// Whether commands have been written that no Sync has followed yet.
  private(set) var hasOpenBatch = false
  /// Requests without an answer.
  private(set) var inFlight = 0
  /// Since when the server owes the next reply; nil when it owes none.
  private(set) var owedSince: Instant?
  /// Once dead, a connection stays so.
  private(set) var isDead = false

  /// Whether any reply is still to come.
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
    let verdict = judge(reply, of: next)
    // A commit that fails is reported where its Sync was expected, and the Sync still comes.
    if case .sync = next, reply != .sync {} else { expected.popFirst() }
    owedSince = expected.isEmpty ? nil : now
    return verdict
  }

  private mutating func judge(_ reply: Reply, of next: Expected) -> Verdict {
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

  /// The connection is gone: everybody who still waits, in the order of sending.
  mutating func lost() -> [Request] {
    isDead = true
    owedSince = nil
    inFlight = 0
    let waiting = expected.removeAll().compactMap { entry in
      if case .answer(let request, _) = entry { request } else { nil }
    }
    guard let first = held.take() else { return waiting }
    return [first] + waiting
  }

  /// Whether the server has owed a reply for longer than `timeout`.
  func isOverdue(after timeout: Duration, at now: Instant) -> Bool {
    guard let owedSince else { return false }
    return now >= owedSince + timeout
  }

  private mutating func expect(_ entry: Expected, at now: Instant) {
    expected.append(entry)
    hasOpenBatch = true
    if owedSince == nil { owedSince = now }
  }
}
