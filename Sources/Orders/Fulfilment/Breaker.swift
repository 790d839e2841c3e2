/// Stops calls to a service that is away: after some failures in a row only one probe at a time is
/// sent, with growing pauses, until one is answered. It needs a clock that never goes back.
package struct Breaker: Sendable {
  /// What a call has shown about the service.
  package enum Event: Sendable {
    /// The service answered, and works.
    case worked
    /// The service is away, or does not work.
    case failed
  }

  /// How the state of a breaker has changed.
  package enum Change: Equatable, Sendable {
    case opened, closed
  }

  /// How many failures in a row open the breaker. Fewer may be chance, as the service may lose some
  /// of its answers.
  static let failuresMax = 5

  private let pauses: ClosedRange<Duration>
  private var failures = 0
  private var nextProbe = Duration.zero

  /// A closed breaker with these pauses between probes, from the first to the longest.
  package init(pauses: ClosedRange<Duration>) { self.pauses = pauses }

  /// Whether only probes are sent.
  package var isOpen: Bool { failures >= Self.failuresMax }

  /// How many of `wanted` calls may begin at `now` while `running` are under way.
  package func room(for wanted: Int, running: Int, at now: Duration) -> Int {
    guard isOpen else { return wanted }
    return running == 0 && now >= nextProbe ? min(1, wanted) : 0
  }

  /// How long it is until the next probe.
  package func wait(at now: Duration) -> Duration {
    isOpen ? max(.zero, nextProbe - now) : .zero
  }

  /// Takes what a call has shown; returns the change of state, if there is one.
  package mutating func event(
    _ event: Event, at now: Duration, using random: inout some RandomNumberGenerator
  ) -> Change? {
    let wasOpen = isOpen
    switch event {
    case .worked: failures = 0
    case .failed:
      failures += 1
      nextProbe =
        now
        + OrderProcessPace.pause(
          after: failures - Self.failuresMax + 1, within: pauses, using: &random)
    }
    return isOpen == wasOpen ? nil : isOpen ? .opened : .closed
  }
}
