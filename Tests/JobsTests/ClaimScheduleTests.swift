import Jobs
import Orders
import TestSupport
import Testing

@Suite("The schedule of claims")
struct ClaimScheduleTests {
  private static let max = ClaimSchedule.visitsMax

  private func schedule() -> ClaimSchedule {
    ClaimSchedule(Breaker(pauses: .seconds(1) ... .seconds(4)))
  }

  @Test("claims as many orders as may be visited at once, and asks when the next one is due")
  func claims() {
    var schedule = schedule()

    #expect(schedule.event(.mayBeDue, at: .zero) == .claim(Self.max))
    #expect(schedule.event(.claimed(2), at: .zero) == .askNextDue)
    #expect(schedule.event(.nextDue(in: .milliseconds(300)), at: .seconds(1)) == nil)
    #expect(schedule.wakeAt == .milliseconds(1_300))
    #expect(schedule.event(.woke, at: .milliseconds(1_300)) == .claim(Self.max - 2))
    #expect(schedule.wakeAt == nil)
  }

  @Test(
    "looks after five seconds without being told, also when the next order is due later or never",
    arguments: [nil, .seconds(60)] as [Duration?])
  func looks(next: Duration?) {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    _ = schedule.event(.claimed(0), at: .zero)
    _ = schedule.event(.nextDue(in: next), at: .zero)
    #expect(schedule.wakeAt == .seconds(5))
  }

  @Test("does not wake at once for an order that is due already: somebody has locked its row")
  func locked() {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    _ = schedule.event(.claimed(0), at: .zero)
    _ = schedule.event(.nextDue(in: .milliseconds(-5)), at: .zero)
    #expect(schedule.wakeAt == .milliseconds(1))
  }

  @Test("makes one claim at a time, and one more after it for all that were asked for meanwhile")
  func oneAtATime() {
    var schedule = schedule()
    #expect(schedule.event(.mayBeDue, at: .zero) == .claim(Self.max))
    #expect(schedule.event(.mayBeDue, at: .zero) == nil)
    #expect(schedule.event(.mayBeDue, at: .zero) == nil)
    #expect(schedule.event(.claimed(1), at: .zero) == .askNextDue)
    #expect(schedule.event(.nextDue(in: nil), at: .zero) == .claim(Self.max - 1))
    #expect(schedule.event(.claimed(0), at: .zero) == .askNextDue)
    #expect(schedule.event(.nextDue(in: nil), at: .zero) == nil)
  }

  @Test("goes on with the end of a visit when a claim has filled all the room")
  func full() {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    #expect(schedule.event(.claimed(Self.max), at: .zero) == nil, "nothing is to be asked")
    #expect(schedule.event(.mayBeDue, at: .zero) == nil, "there is no room")
    #expect(schedule.event(.visitEnded(dueIn: nil), at: .zero) == .claim(1))
    #expect(schedule.event(.claimed(0), at: .zero) == .askNextDue)
    #expect(schedule.event(.nextDue(in: nil), at: .zero) == nil)
    #expect(schedule.event(.visitEnded(dueIn: nil), at: .zero) == nil, "nothing is left")
  }

  @Test("wakes when a visited order is due again, if that is before anything else")
  func dueAgain() {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    _ = schedule.event(.claimed(2), at: .zero)
    _ = schedule.event(.nextDue(in: .seconds(3)), at: .zero)
    #expect(schedule.event(.visitEnded(dueIn: .seconds(4)), at: .zero) == nil)
    #expect(schedule.wakeAt == .seconds(3))
    #expect(schedule.event(.visitEnded(dueIn: .seconds(2)), at: .zero) == nil)
    #expect(schedule.wakeAt == .seconds(2))
  }

  @Test("tries again after a second when the database fails")
  func failure() {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    #expect(schedule.event(.claimFailed, at: .zero) == nil)
    #expect(schedule.wakeAt == .seconds(1))
    #expect(schedule.event(.woke, at: .seconds(1)) == .claim(Self.max))
  }

  @Test("claims single orders as probes while the service is away, and all again when it is back")
  func breaker() {
    var random = SeededRandom(seed: 1)
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    _ = schedule.event(.claimed(5), at: .zero)
    _ = schedule.event(.nextDue(in: nil), at: .zero)
    var changes: [Breaker.Change] = []
    for _ in 1...5 {
      if let change = schedule.service(.failed, at: .zero, using: &random) {
        changes.append(change)
      }
    }
    #expect(changes == [.opened] && schedule.isBreakerOpen)
    for _ in 1...4 { #expect(schedule.event(.visitEnded(dueIn: nil), at: .zero) == nil) }
    #expect(schedule.event(.mayBeDue, at: .zero) == nil, "one visit is left")
    #expect(schedule.event(.visitEnded(dueIn: nil), at: .zero) == nil, "the probe is not due")
    let probe = schedule.wakeAt ?? .zero
    #expect(probe >= .milliseconds(500) && probe <= .seconds(1))
    #expect(schedule.event(.woke, at: probe) == .claim(1))
    #expect(schedule.event(.claimed(1), at: probe) == nil)
    #expect(schedule.service(.worked, at: probe, using: &random) == .closed)
    #expect(schedule.event(.mayBeDue, at: probe) == .claim(Self.max - 1))
  }

  @Test("ends at once when nothing is under way, and claims nothing any more")
  func stopIdle() {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    _ = schedule.event(.claimFailed, at: .zero)
    #expect(schedule.event(.stop, at: .zero) == .finish)
    #expect(schedule.wakeAt == nil)
    #expect(schedule.event(.mayBeDue, at: .zero) == nil)
  }

  @Test("ends with the last visit, those of a claim under way included")
  func stopBusy() {
    var schedule = schedule()
    _ = schedule.event(.mayBeDue, at: .zero)
    #expect(schedule.event(.stop, at: .zero) == nil, "the claim is under way")
    #expect(schedule.event(.claimed(2), at: .zero) == nil)
    #expect(schedule.event(.visitEnded(dueIn: .seconds(1)), at: .zero) == nil)
    #expect(schedule.event(.visitEnded(dueIn: nil), at: .zero) == .finish)
    #expect(schedule.wakeAt == nil)
  }

  /// What is under way outside of the schedule, as its owner would know it.
  private struct World {
    var claim: Int?
    var isAsking = false
    var visits = 0

    mutating func take(_ action: ClaimSchedule.Action?) {
      switch action {
      case .claim(let room):
        #expect(claim == nil && !isAsking, "one claim at a time")
        #expect(room > 0 && visits + room <= ClaimSchedule.visitsMax)
        claim = room
      case .askNextDue:
        #expect(claim == nil && !isAsking)
        isAsking = true
      case .finish, nil: break
      }
    }
  }

  @Test("whatever happens, claims one at a time, never too many, and never forgets to go on")
  func anyOrder() {
    for seed in 0..<500 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      var schedule = schedule()
      var world = World()
      var now = Duration.zero
      world.take(schedule.event(.mayBeDue, at: now))
      for _ in 0..<200 {
        now += .milliseconds(Int.random(in: 0...800, using: &random))
        let event = nextEvent(&world, schedule, at: now, &random)
        if let event { world.take(schedule.event(event, at: now)) }
        #expect(schedule.visits == world.visits)
        let isIdle = world.claim == nil && !world.isAsking && world.visits == 0
        #expect(!isIdle || schedule.wakeAt != nil, "idle for ever; seed \(seed)")
      }
      // Let everything under way come to its end.
      var last = schedule.event(.stop, at: now)
      if world.claim != nil { last = schedule.event(.claimFailed, at: now) }
      if world.isAsking { last = schedule.event(.nextDue(in: nil), at: now) }
      for _ in 0..<world.visits { last = schedule.event(.visitEnded(dueIn: nil), at: now) }
      #expect(last == .finish, "seed \(seed)")
    }
  }

  private func nextEvent(
    _ world: inout World, _ schedule: ClaimSchedule, at now: Duration, _ random: inout SeededRandom
  ) -> ClaimSchedule.Event? {
    if let time = schedule.wakeAt, time <= now { return .woke }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .mayBeDue
    case 1:
      guard let room = world.claim else { return nil }
      world.claim = nil
      if Bool.random(using: &random) { return .claimFailed }
      let count = Int.random(in: 0...room, using: &random)
      world.visits += count
      return .claimed(count)
    case 2:
      guard world.isAsking else { return nil }
      world.isAsking = false
      return Bool.random(using: &random) ? .claimFailed : .nextDue(in: nil)
    case 3:
      guard world.visits > 0 else { return nil }
      world.visits -= 1
      return .visitEnded(dueIn: Bool.random(using: &random) ? .seconds(1) : nil)
    default: return nil
    }
  }
}
