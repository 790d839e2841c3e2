import EventLoop
import TestSupport

@testable import Postgres

/// Plays connections and callers against a pool at random, and notes what must never be.
struct PoolModel {
  private var pool: PoolState<Int>
  private var random: SeededRandom
  private var now: Instant
  private let settings: PostgresSettings
  /// The requests on each slot, by purpose.
  private var users: [[PoolState<Int>.Purpose]]
  private var connecting: Set<Int> = []
  private var waiting: [Int: (purpose: PoolState<Int>.Purpose, since: Instant)] = [:]
  private var lastWaiter = 0
  private(set) var problems: [String] = []

  init(settings: PostgresSettings, seed: UInt64, start: Instant) {
    self.settings = settings
    random = SeededRandom(seed: seed)
    now = start
    pool = PoolState(settings, generator: SeededRandom(seed: seed))
    users = Array(repeating: [], count: pool.slots.count)
    obey(pool.timePassed(at: now))
  }

  mutating func step() {
    now = now + .milliseconds(Int.random(in: 0...40, using: &random))
    if pool.nextDeadline <= now { obey(pool.timePassed(at: now)) }
    switch Int.random(in: 0..<11, using: &random) {
    case 0...4: ask()
    case 5...7: finishOne()
    case 8:
      guard let slot = connecting.randomElement(using: &random) else { break }
      connecting.remove(slot)
      let succeeds = Bool.random(using: &random)
      obey(succeeds ? pool.opened(slot: slot, at: now) : pool.connectFailed(slot: slot, at: now))
    case 9:
      let slot = pool.slots.indices.randomElement(using: &random)!
      if Int.random(in: 0..<10, using: &random) == 0 { obey(pool.retire(slot: slot, at: now)) }
    default:
      let standing = pool.slots.indices.filter { pool.slots[$0].isConnected }
      guard let slot = standing.randomElement(using: &random), Bool.random(using: &random)
      else { break }
      users[slot] = []
      obey(pool.lost(slot: slot, at: now))
    }
    check()
  }

  /// The faults end: everything connects again and everybody who waits is served.
  mutating func heal() {
    for _ in 0..<100 {
      now = max(now, pool.nextDeadline == .never ? now : pool.nextDeadline)
      obey(pool.timePassed(at: now))
      while let slot = connecting.popFirst() { obey(pool.opened(slot: slot, at: now)) }
      for slot in users.indices { while !users[slot].isEmpty { finish(slot) } }
    }
    if !waiting.isEmpty { problems.append("\(waiting.count) wait for ever") }
    if pool.open != pool.slots.count { problems.append("\(pool.open) connections after healing") }
    if !pool.isIdle { problems.append("a slot has leaked") }
    _ = pool.drain()
  }

  private mutating func ask() {
    let purposes: [PoolState<Int>.Purpose] = [.read, .write, .lease]
    let purpose = purposes.randomElement(using: &random)!
    switch pool.admit(purpose) {
    case .use(let slot): use(slot, for: purpose)
    case .refuse: break
    case .wait:
      lastWaiter += 1
      waiting[lastWaiter] = (purpose, now)
      pool.enqueue(lastWaiter, for: purpose, at: now)
    }
  }

  private mutating func finishOne() {
    let busy = users.indices.filter { !users[$0].isEmpty }
    if let slot = busy.randomElement(using: &random) { finish(slot) }
  }

  private mutating func finish(_ slot: Int) {
    let purpose = users[slot].removeFirst()
    obey(purpose == .lease ? pool.released(slot: slot) : pool.finished(slot: slot))
  }

  private mutating func obey(_ actions: [PoolState<Int>.Action]) {
    for action in actions {
      switch action {
      case .connect(let slot):
        if !connecting.insert(slot).inserted { problems.append("connects slot \(slot) twice") }
      case .use(let waiter, let slot):
        guard let entry = waiting.removeValue(forKey: waiter) else {
          problems.append("serves \(waiter), who does not wait")
          continue
        }
        use(slot, for: entry.purpose)
      case .refuse(let waiter, _):
        if waiting.removeValue(forKey: waiter) == nil {
          problems.append("refuses \(waiter), who does not wait")
        }
      case .close(let slot):
        if !users[slot].isEmpty { problems.append("closes slot \(slot), which is in use") }
        obey(pool.lost(slot: slot, at: now))
      }
    }
  }

  private mutating func use(_ slot: Int, for purpose: PoolState<Int>.Purpose) {
    if users[slot].contains(.lease) { problems.append("shares the lease of slot \(slot)") }
    if purpose == .lease, !users[slot].isEmpty { problems.append("leases a busy slot \(slot)") }
    users[slot].append(purpose)
  }

  private mutating func check() {
    for (slot, state) in pool.slots.enumerated() {
      let isRight =
        switch state {
        case .empty, .connecting: users[slot].isEmpty
        case .open(let load, _): load == users[slot].count && !users[slot].contains(.lease)
        case .leased: users[slot] == [.lease]
        case .retiring(let load): load > 0 && load == users[slot].count
        }
      if !isRight { problems.append("slot \(slot) is \(state) but has \(users[slot])") }
    }
    if pool.waiting != waiting.count {
      problems.append("\(pool.waiting) wait, not \(waiting.count)")
    }
    if waiting.count > settings.waitersMax { problems.append("the queue has no end") }
    let due = waiting.values.map { $0.since + settings.waitTimeout }.min()
    if let due, pool.nextDeadline > due { problems.append("a deadline will be missed") }
    if pool.isBreakerOpen, !waiting.isEmpty { problems.append("waits for a breaker") }
  }
}
