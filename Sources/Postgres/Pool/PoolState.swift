import EventLoop

/// The state machine of the pool, as a value: it assigns connections to requests, queues requests,
/// and decides when to connect. A connection is identified by its slot.
struct PoolState<Waiter> {
  enum Purpose { case read, write, lease }

  enum Admission: Equatable {
    case use(slot: Int)
    /// The caller has to call `enqueue`.
    case wait
    case refuse(RefusalReason)
  }

  enum RefusalReason: Equatable { case unavailable, queueFull, waitTimeout }

  enum Action {
    case connect(slot: Int)
    case use(Waiter, slot: Int)
    case refuse(Waiter, RefusalReason)
    case close(slot: Int)
  }

  enum Slot: Equatable {
    /// No connection. Can become connecting.
    case empty
    /// Can become open or, on failure, empty.
    case connecting
    /// Shared by `load` requests. Can become leased, retiring, or empty when the connection breaks.
    case open(load: Int, since: Instant)
    /// Belongs to one transaction. Can become open, retiring or empty.
    case leased(since: Instant)
    /// Takes no further requests, and is closed when its `load` is finished. Can become empty.
    case retiring(load: Int)
  }

  private struct Waiting {
    let waiter: Waiter
    let purpose: Purpose
    let since: Instant
  }

  private let settings: PostgresSettings
  private(set) var slots: [Slot]
  private var readers = Queue<Waiting>()
  private var writers = Queue<Waiting>()
  private var leasers = Queue<Waiting>()
  private var backOff: BackOff
  private var nextAttempt = Instant(nanoseconds: 0)
  private var lastAttemptFailed = false
  private(set) var isDraining = false

  init(
    _ settings: PostgresSettings,
    generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
  ) {
    self.settings = settings
    slots = Array(
      repeating: .empty, count: settings.readConnections + settings.writeConnections)
    backOff = BackOff(settings.backOff, generator: generator)
  }

  var waiting: Int { readers.count + writers.count + leasers.count }
  var open: Int { slots.count { $0.isConnected } }
  var leased: Int { slots.count { if case .leased = $0 { true } else { false } } }

  /// Whether nothing is connected and the last attempt failed. Requests are refused without
  /// waiting.
  var isBreakerOpen: Bool { lastAttemptFailed && open == 0 }

  /// Whether no request is in flight.
  var isIdle: Bool {
    slots.allSatisfy { slot in
      switch slot {
      case .empty, .connecting, .open(load: 0, _), .retiring(load: 0): true
      case .open, .leased, .retiring: false
      }
    }
  }

  /// Whether no further transaction may have a connection to itself.
  private var isLeasedOut: Bool { leased >= settings.leasesMax }

  private var readSlots: Range<Int> { 0..<settings.readConnections }
  private var writeSlots: Range<Int> { settings.readConnections..<slots.count }
}

extension PoolState.Slot {
  var isConnected: Bool {
    switch self {
    case .empty, .connecting, .retiring: false
    case .open, .leased: true
    }
  }
}

// MARK: - Requests

extension PoolState {
  /// Admits or refuses a request; `isSlow` says which slots to avoid.
  mutating func admit(_ purpose: Purpose, isSlow: (Int) -> Bool = { _ in false }) -> Admission {
    guard !isDraining, !isBreakerOpen(for: purpose) else { return .refuse(.unavailable) }
    if !isBehindOthers(purpose), let slot = pick(purpose, isSlow) {
      take(slot, for: purpose)
      return .use(slot: slot)
    }
    return waiting < settings.waitersMax ? .wait : .refuse(.queueFull)
  }

  mutating func enqueue(_ waiter: Waiter, for purpose: Purpose, at now: Instant) {
    let entry = Waiting(waiter: waiter, purpose: purpose, since: now)
    switch purpose {
    case .read: readers.append(entry)
    case .write: writers.append(entry)
    case .lease: leasers.append(entry)
    }
  }

  /// Whether a request has to wait because others do. Writes do not wait for transactions that wait
  /// for one another.
  private func isBehindOthers(_ purpose: Purpose) -> Bool {
    switch purpose {
    case .read: !readers.isEmpty
    case .write: !writers.isEmpty || (!leasers.isEmpty && !isLeasedOut)
    case .lease: !writers.isEmpty || !leasers.isEmpty || isLeasedOut
    }
  }

  /// A request on the slot has been answered.
  mutating func finished(slot: Int) -> [Action] {
    if let action = finishedOnRetiring(slot: slot) { return [action] }
    guard case .open(let load, let since) = slots[slot], load > 0 else { return [] }
    slots[slot] = .open(load: load - 1, since: since)
    return assignConnections()
  }

  /// A transaction has ended, and its connection can be used again.
  mutating func released(slot: Int) -> [Action] {
    if let action = finishedOnRetiring(slot: slot) { return [action] }
    guard case .leased(let since) = slots[slot] else { return [] }
    slots[slot] = .open(load: 0, since: since)
    return assignConnections()
  }

  /// The connection works but is of no use any more: it is closed when all its requests are
  /// finished. A new one is kept for a while, so that there are pauses even if a server's
  /// connections are all of no use.
  mutating func retire(slot: Int, at now: Instant) -> [Action] {
    switch slots[slot] {
    case .open(let load, let since) where now >= since + PostgresLimits.stableAfter:
      slots[slot] = .retiring(load: load)
      return (load == 0 ? [.close(slot: slot)] : []) + timePassed(at: now)
    case .leased(let since) where now >= since + PostgresLimits.stableAfter:
      slots[slot] = .retiring(load: 1)
      return assignConnections() + timePassed(at: now)
    default: return []
    }
  }

  /// A request on a retiring slot has finished; nil when the slot is not retiring.
  private mutating func finishedOnRetiring(slot: Int) -> Action? {
    guard case .retiring(let load) = slots[slot], load > 0 else { return nil }
    slots[slot] = .retiring(load: load - 1)
    return load == 1 ? .close(slot: slot) : nil
  }

  private mutating func take(_ slot: Int, for purpose: Purpose) {
    guard case .open(let load, let since) = slots[slot] else { return }
    slots[slot] = purpose == .lease ? .leased(since: since) : .open(load: load + 1, since: since)
  }

  private func pick(_ purpose: Purpose, _ isSlow: (Int) -> Bool) -> Int? {
    switch purpose {
    case .read:
      // When no connection for reads is open, reads use those for writes.
      return leastLoaded(of: readSlots, below: PostgresLimits.readsInFlightMax, isSlow)
        ?? (readSlots.contains { slots[$0].isConnected }
          ? nil : leastLoaded(of: writeSlots, below: PostgresLimits.readsInFlightMax, isSlow))
    case .write:
      return leastLoaded(of: writeSlots, below: PostgresLimits.writesInFlightMax, isSlow)
    case .lease:
      // Only an idle one: a transaction must not wait for the commit of another request.
      return leastLoaded(of: writeSlots, below: 1, isSlow)
    }
  }

  private func leastLoaded(of range: Range<Int>, below limit: Int, _ isSlow: (Int) -> Bool) -> Int?
  {
    var best: (slot: Int, load: Int)?
    for slot in range {
      guard case .open(let load, _) = slots[slot], load < limit else { continue }
      if load == 0 { return slot }
      let weight = isSlow(slot) ? load + limit : load
      if weight < best?.load ?? .max { best = (slot, weight) }
    }
    return best?.slot
  }

  private func isBreakerOpen(for purpose: Purpose) -> Bool {
    guard lastAttemptFailed else { return false }
    let usable = purpose == .read ? 0..<slots.count : writeSlots
    return !usable.contains { slots[$0].isConnected }
  }

  /// Assigns free connections to waiting requests, in their order.
  private mutating func assignConnections() -> [Action] {
    guard waiting > 0 else { return [] }
    var actions: [Action] = []
    while let first = readers.first, let slot = pick(.read, { _ in false }) {
      take(slot, for: .read)
      readers.popFirst()
      actions.append(.use(first.waiter, slot: slot))
    }
    while let first = nextWriter, let slot = pick(first.purpose, { _ in false }) {
      take(slot, for: first.purpose)
      if first.purpose == .lease { leasers.popFirst() } else { writers.popFirst() }
      actions.append(.use(first.waiter, slot: slot))
    }
    return actions
  }

  /// The write or transaction that has waited longest for a connection.
  private var nextWriter: Waiting? {
    guard let lease = leasers.first, !isLeasedOut else { return writers.first }
    guard let write = writers.first, write.since < lease.since else { return lease }
    return write
  }
}

// MARK: - Connections

extension PoolState {
  mutating func opened(slot: Int, at now: Instant) -> [Action] {
    slots[slot] = .open(load: 0, since: now)
    backOff.succeeded()
    lastAttemptFailed = false
    nextAttempt = now
    return assignConnections() + timePassed(at: now)
  }

  mutating func connectFailed(slot: Int, at now: Instant) -> [Action] {
    slots[slot] = .empty
    lastAttemptFailed = true
    failed(at: now)
    return timePassed(at: now)
  }

  mutating func lost(slot: Int, at now: Instant) -> [Action] {
    switch slots[slot] {
    case .open(_, let since), .leased(let since):
      if now < since + PostgresLimits.stableAfter { failed(at: now) }
    case .empty, .connecting, .retiring: break
    }
    slots[slot] = .empty
    return assignConnections() + timePassed(at: now)
  }

  /// Starts attempts to connect that are due, and refuses requests that have waited too long.
  mutating func timePassed(at now: Instant) -> [Action] {
    guard !isDraining else { return [] }
    return refuseWaiters(at: now) + connect(at: now)
  }

  /// When `timePassed` has to be called next.
  var nextDeadline: Instant {
    var next = Instant.never
    if !isDraining, slots.contains(.empty), mayConnect { next = nextAttempt }
    for first in [readers.first, writers.first, leasers.first] {
      if let first { next = min(next, first.since + settings.waitTimeout) }
    }
    return next
  }

  /// Admits no further requests, and refuses those that wait.
  mutating func drain() -> [Action] {
    isDraining = true
    return (readers.removeAll() + writers.removeAll() + leasers.removeAll()).map {
      .refuse($0.waiter, .unavailable)
    }
  }

  /// While nothing is connected, or after a failure, only one attempt at a time is made.
  private var mayConnect: Bool {
    (open > 0 && !lastAttemptFailed) || !slots.contains(.connecting)
  }

  private mutating func connect(at now: Instant) -> [Action] {
    var actions: [Action] = []
    for slot in slots.indices where slots[slot] == .empty && mayConnect && now >= nextAttempt {
      slots[slot] = .connecting
      actions.append(.connect(slot: slot))
    }
    return actions
  }

  private mutating func failed(at now: Instant) {
    // Attempts that fail at the same time count as one.
    guard now >= nextAttempt else { return }
    nextAttempt = now + backOff.failed()
  }

  private mutating func refuseWaiters(at now: Instant) -> [Action] {
    var actions: [Action] = []
    func refuse(_ queue: inout Queue<Waiting>, while isDue: (Waiting) -> Bool, _ why: RefusalReason)
    {
      while let first = queue.first, isDue(first) {
        queue.popFirst()
        actions.append(.refuse(first.waiter, why))
      }
    }
    let timeout = settings.waitTimeout
    if isBreakerOpen(for: .read) { refuse(&readers, while: { _ in true }, .unavailable) }
    if isBreakerOpen(for: .write) {
      refuse(&writers, while: { _ in true }, .unavailable)
      refuse(&leasers, while: { _ in true }, .unavailable)
    }
    refuse(&readers, while: { $0.since + timeout <= now }, .waitTimeout)
    refuse(&writers, while: { $0.since + timeout <= now }, .waitTimeout)
    refuse(&leasers, while: { $0.since + timeout <= now }, .waitTimeout)
    return actions
  }
}
