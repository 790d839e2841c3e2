import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("A pool's state")
struct PoolStateTests {
  private let start = Instant(nanoseconds: 1_000_000_000_000)

  private static var settings: PostgresSettings {
    var settings = PostgresSettings()
    settings.readConnections = 1
    settings.writeConnections = 2
    settings.waitersMax = 5
    return settings
  }

  private func makePool(open: Bool = true) -> PoolState<Int> {
    var pool = PoolState<Int>(Self.settings, generator: SeededRandom(seed: 1))
    guard open else { return pool }
    #expect(pool.timePassed(at: start).connects == [0])
    #expect(pool.opened(slot: 0, at: start).connects == [1, 2])
    #expect(pool.opened(slot: 1, at: start).isEmpty)
    #expect(pool.opened(slot: 2, at: start).isEmpty)
    return pool
  }

  @Test("makes one attempt first, and the others when it has succeeded")
  func scout() {
    let pool = makePool()
    #expect(pool.open == 3)
    #expect(pool.nextDeadline == .never)
  }

  @Test("gives reads, writes and transactions their own connections, the least loaded first")
  func roles() {
    var pool = makePool()
    #expect(pool.admit(.read) == .use(slot: 0))
    #expect(pool.admit(.read) == .use(slot: 0))
    #expect(pool.admit(.write) == .use(slot: 1))
    #expect(pool.admit(.write) == .use(slot: 2))
    #expect(pool.admit(.lease) == .wait)
    pool.enqueue(7, for: .lease, at: start)
    #expect(pool.finished(slot: 2).uses == [.init(waiter: 7, slot: 2)])
    #expect(pool.admit(.write) == .use(slot: 1))
    #expect(pool.released(slot: 2).isEmpty)
    #expect(pool.admit(.write) == .use(slot: 2))
  }

  @Test("lets no request overtake those that wait")
  func fairness() {
    var pool = makePool()
    #expect(pool.admit(.write) == .use(slot: 1))
    #expect(pool.admit(.write) == .use(slot: 2))
    pool.enqueue(1, for: .lease, at: start)

    #expect(pool.admit(.write) == .wait)
    pool.enqueue(2, for: .write, at: start)
    #expect(pool.finished(slot: 1).uses == [.init(waiter: 1, slot: 1), .init(waiter: 2, slot: 2)])
  }

  @Test("keeps connections for writes when transactions wait for transactions")
  func leaseCeiling() {
    var pool = makePool()
    #expect(Self.settings.leasesMax == 1)
    #expect(pool.admit(.lease) == .use(slot: 1))
    #expect(pool.admit(.lease) == .wait)
    pool.enqueue(1, for: .lease, at: start)

    #expect(pool.admit(.write) == .use(slot: 2))
    #expect(pool.finished(slot: 2).isEmpty)
    #expect(pool.lost(slot: 1, at: start + .seconds(2)).uses == [.init(waiter: 1, slot: 2)])
    #expect(pool.admit(.lease) == .wait)
  }

  @Test("asks a slow connection last")
  func slow() {
    var pool = makePool()
    #expect(pool.admit(.write) == .use(slot: 1))
    #expect(pool.admit(.write) == .use(slot: 2))
    #expect(pool.admit(.write) == .use(slot: 1))
    #expect(pool.admit(.write, isSlow: { $0 == 2 }) == .use(slot: 1))
    #expect(pool.admit(.write) == .use(slot: 2))
  }

  @Test("refuses at once when the queue is full, and later those that have waited too long")
  func queue() {
    var pool = makePool()
    _ = pool.admit(.lease)
    _ = pool.admit(.lease)
    for waiter in 0..<5 {
      #expect(pool.admit(.lease) == .wait)
      pool.enqueue(waiter, for: .lease, at: start + .milliseconds(waiter))
    }
    #expect(pool.admit(.lease) == .refuse(.queueFull))
    #expect(pool.nextDeadline == start + .seconds(1))
    #expect(pool.timePassed(at: start + .milliseconds(1001)).refusals.map(\.0) == [0, 1])
    #expect(pool.waiting == 3)
  }

  @Test("refuses at once while nothing connects, and waits while the first attempt is running")
  func breaker() {
    var pool = makePool(open: false)
    #expect(pool.timePassed(at: start).connects == [0])
    #expect(pool.admit(.read) == .wait)
    pool.enqueue(1, for: .read, at: start)

    let actions = pool.connectFailed(slot: 0, at: start)
    #expect(actions.refusals.map(\.1) == [.unavailable])
    #expect(pool.isBreakerOpen)
    #expect(pool.admit(.read) == .refuse(.unavailable))
    #expect(pool.admit(.lease) == .refuse(.unavailable))
    #expect(pool.nextDeadline > start && pool.nextDeadline <= start + .milliseconds(50))

    #expect(pool.timePassed(at: pool.nextDeadline).connects == [0])
    #expect(pool.opened(slot: 0, at: pool.nextDeadline).connects == [1, 2])
    #expect(pool.admit(.read) == .use(slot: 0))
  }

  @Test("pauses ever longer between attempts, never more than a second")
  func backOff() {
    var pool = makePool(open: false)
    var now = start
    var longest = Duration.zero
    for attempt in 0..<50 {
      #expect(pool.timePassed(at: now).connects.count == 1)
      #expect(pool.connectFailed(slot: 0, at: now).connects.isEmpty)
      let pause = pool.nextDeadline - now
      #expect(pause > .zero && pause <= .seconds(1))
      if attempt > 10 { #expect(pause >= .milliseconds(500)) }
      longest = max(longest, pause)
      now = pool.nextDeadline
    }
    #expect(longest > .milliseconds(500))
  }

  @Test("tries once in each pause when the server has no room for the rest of its connections")
  func full() {
    var pool = makePool(open: false)
    #expect(pool.timePassed(at: start).connects == [0])
    #expect(pool.opened(slot: 0, at: start).connects == [1, 2])
    var now = start
    for slot in [1, 2] { #expect(pool.connectFailed(slot: slot, at: now).connects.isEmpty) }
    for _ in 0..<20 {
      now = pool.nextDeadline
      #expect(pool.timePassed(at: now).connects == [1])
      #expect(pool.connectFailed(slot: 1, at: now).connects.isEmpty)
    }
    #expect(pool.nextDeadline - now >= .milliseconds(500))
    #expect(pool.admit(.read) == .use(slot: 0), "what stands is used")

    #expect(pool.timePassed(at: pool.nextDeadline).connects == [1])
    #expect(pool.opened(slot: 1, at: now + .seconds(1)).connects == [2])
  }

  @Test("lets reads use the connections for writes when they have none of their own")
  func fallback() {
    var pool = makePool()
    #expect(pool.lost(slot: 0, at: start + .seconds(2)).connects == [0])
    #expect(pool.admit(.read) == .use(slot: 1))
  }

  @Test("refuses writes at once when only the reads can connect")
  func writeBreaker() {
    var pool = makePool()
    #expect(pool.lost(slot: 1, at: start + .seconds(2)).connects == [1])
    #expect(pool.lost(slot: 2, at: start + .seconds(2)).connects == [2])
    #expect(pool.admit(.write) == .wait)
    _ = pool.connectFailed(slot: 1, at: start + .seconds(2))
    #expect(pool.admit(.write) == .refuse(.unavailable))
    #expect(pool.admit(.read) == .use(slot: 0))
  }

  @Test("admits no requests and lets those in flight finish when it drains")
  func drain() {
    var pool = makePool()
    #expect(pool.admit(.read) == .use(slot: 0))
    #expect(pool.admit(.lease) == .use(slot: 1))
    #expect(pool.drain().isEmpty)
    #expect(pool.admit(.read) == .refuse(.unavailable))
    #expect(!pool.isIdle)
    _ = pool.finished(slot: 0)
    _ = pool.released(slot: 1)
    #expect(pool.isIdle)
  }

  @Test("serves or refuses every request exactly once, whatever happens", arguments: 0..<200)
  func random(seed: UInt64) {
    var model = PoolModel(settings: Self.settings, seed: seed, start: start)
    for _ in 0..<500 { model.step() }
    model.heal()
    #expect(model.problems.isEmpty, "seed \(seed): \(model.problems)")
  }
}

extension [PoolState<Int>.Action] {
  struct Use: Equatable {
    let waiter: Int
    let slot: Int
  }

  var connects: [Int] { compactMap { if case .connect(let slot) = $0 { slot } else { nil } } }
  var uses: [Use] {
    compactMap {
      if case .use(let waiter, let slot) = $0 { Use(waiter: waiter, slot: slot) } else { nil }
    }
  }
  var refusals: [(Int, PoolState<Int>.RefusalReason)] {
    compactMap { if case .refuse(let waiter, let why) = $0 { (waiter, why) } else { nil } }
  }
}
