package import Orders

/// Decides when orders that are due are claimed for visits, how many of them, and when to claim
/// without being told. One claim is under way at a time.
package struct ClaimSchedule: Sendable {
  /// Something that happened.
  package enum Event: Equatable, Sendable {
    /// Orders may be due: the database or a callback said so.
    case mayBeDue
    /// The time at `wakeAt` has come.
    case woke
    /// A claim has brought so many orders; a visit begins for each.
    case claimed(Int)
    /// After a claim that left room: the time until the next order is due; nil when none waits.
    case nextDue(in: Duration?)
    /// The database could not be asked.
    case claimFailed
    /// A visit has ended; its order is due again after this time, or never.
    case visitEnded(dueIn: Duration?)
    /// No claim is to begin any more.
    case stop
  }

  /// What has to be done next.
  package enum Action: Equatable, Sendable {
    /// Claim at most so many orders. `claimed` or `claimFailed` follows.
    case claim(Int)
    /// Ask when the next order is due. `nextDue` or `claimFailed` follows.
    case askNextDue
    /// After `stop`: nothing is under way any more.
    case finish
  }

  /// How many orders are visited at once. More would be too much for a service in trouble.
  package static let visitsMax = 16
  /// How often to claim without being told, as a notification may be lost with its connection.
  package static let pauseMax = Duration.seconds(5)
  /// The shortest pause.
  private static let pauseMin = Duration.milliseconds(1)
  /// The pause after a failure of the database.
  package static let retryPause = Duration.seconds(1)

  /// When to send `woke`; nil for never.
  package private(set) var wakeAt: Duration?
  /// Visits under way.
  package private(set) var visits = 0
  /// Spares a service that is away.
  private var breaker: Breaker
  /// How many orders the claim under way may bring; nil when none is under way.
  private var claiming: Int?
  /// Whether orders may have become due since the claim under way began.
  private var mustClaimAgain = false
  /// Whether the last claim had too little room for all that was due.
  private var isMoreDue = false
  private var isStopping = false

  package init(_ breaker: Breaker) { self.breaker = breaker }

  /// Whether only single probes are sent to the service.
  package var isBreakerOpen: Bool { breaker.isOpen }

  /// Takes what happened, by a clock that never goes back.
  package mutating func event(_ event: Event, at now: Duration) -> Action? {
    switch event {
    case .mayBeDue: return claim(at: now)
    case .woke:
      wakeAt = nil
      return claim(at: now)
    case .claimed(let count):
      visits += count
      isMoreDue = count == claiming
      return isMoreDue || isStopping ? claimEnded(at: now) : .askNextDue
    case .nextDue(let pause):
      // When an order is due already, its row is probably locked, and `pause` is a short gap. So a
      // locked row is not claimed again and again without a pause.
      wake(within: pause ?? Self.pauseMax, at: now)
      return claimEnded(at: now)
    case .claimFailed:
      wake(within: Self.retryPause, at: now)
      return claimEnded(at: now)
    case .visitEnded(let dueIn):
      visits -= 1
      if let dueIn { wake(within: dueIn, at: now) }
      if isStopping { return finishIfIdle() }
      return isMoreDue ? claim(at: now) : nil
    case .stop:
      isStopping = true
      wakeAt = nil
      return finishIfIdle()
    }
  }

  /// Takes what a call has shown about the service. After the change `closed`, orders may be due.
  package mutating func service(
    _ event: Breaker.Event, at now: Duration, using random: inout some RandomNumberGenerator
  ) -> Breaker.Change? {
    breaker.event(event, at: now, using: &random)
  }

  private mutating func claim(at now: Duration) -> Action? {
    guard !isStopping else { return nil }
    guard claiming == nil else {
      mustClaimAgain = true
      return nil
    }
    mustClaimAgain = false
    let room = breaker.room(for: Self.visitsMax - visits, running: visits, at: now)
    guard room > 0 else {
      // The end of a visit makes room again. When no visit is under way, it is the breaker that
      // leaves no room.
      isMoreDue = true
      if visits == 0 { wake(within: breaker.wait(at: now), at: now) }
      return nil
    }
    claiming = room
    return .claim(room)
  }

  private mutating func claimEnded(at now: Duration) -> Action? {
    claiming = nil
    if isStopping { return finishIfIdle() }
    return mustClaimAgain ? claim(at: now) : nil
  }

  private func finishIfIdle() -> Action? {
    claiming == nil && visits == 0 ? .finish : nil
  }

  /// Wakes when so much time has passed, or earlier.
  private mutating func wake(within pause: Duration, at now: Duration) {
    guard !isStopping else { return }
    let time = now + min(max(pause, Self.pauseMin), Self.pauseMax)
    wakeAt = min(wakeAt ?? time, time)
  }
}
