/// Spares a service that is away: after some failures in a row nothing is sent any more but one
/// probe at a time, with pauses that grow; the first answer ends it. Any clock will do that never
/// goes back.
package struct Breaker: Sendable {
  /// What a call said of the service.
  package enum Event: Sendable {
    /// It is there, whatever it answered.
    case answered
    /// It is not there, or not able to answer.
    case failed
  }

  /// What a breaker has become.
  package enum Change: Equatable, Sendable {
    case opened, closed
  }

  /// A single failure is an accident, and so are a few of a service that loses some of its answers.
  static let failuresMax = 5

  private let pauses: ClosedRange<Duration>
  private var failures = 0
  private var nextProbe = Duration.zero

  /// A closed breaker with these pauses between probes, from the first to the longest.
  package init(pauses: ClosedRange<Duration>) { self.pauses = pauses }

  /// Whether only probes are sent.
  package var isOpen: Bool { failures >= Self.failuresMax }

  /// How many of `wanted` may be begun at `now` while `running` are on their way.
  package func room(for wanted: Int, running: Int, at now: Duration) -> Int {
    guard isOpen else { return wanted }
    return running == 0 && now >= nextProbe ? min(1, wanted) : 0
  }

  /// How long it is until the next probe.
  package func wait(at now: Duration) -> Duration {
    isOpen ? max(.zero, nextProbe - now) : .zero
  }

  /// Takes what a call said; answers whether that has changed anything.
  package mutating func event(
    _ event: Event, at now: Duration, using random: inout some RandomNumberGenerator
  ) -> Change? {
    let wasOpen = isOpen
    switch event {
    case .answered: failures = 0
    case .failed:
      failures += 1
      nextProbe =
        now
        + ProcessPace.pause(
          after: failures - Self.failuresMax + 1, within: pauses, using: &random)
    }
    return isOpen == wasOpen ? nil : isOpen ? .opened : .closed
  }
}
