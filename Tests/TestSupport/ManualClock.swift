package import EventLoop
import Synchronization

/// A clock that only the test advances.
package final class ManualClock: Sendable {
  private let time = Mutex(Instant(nanoseconds: 0))

  package init() {}

  package var clock: Clock {
    Clock(
      now: { [self] in time.withLock { $0 } },
      wall: { [self] in time.withLock { $0.nanoseconds } })
  }

  /// Advances the time and makes `loop` read it.
  package func advance(by duration: Duration, waking loop: EventLoop) {
    time.withLock { $0 = $0 + duration }
    loop.execute {}
  }
}
