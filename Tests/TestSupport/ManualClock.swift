package import EventLoop
import Synchronization

/// A clock that moves only when a test says so.
package final class ManualClock: Sendable {
  private let time = Mutex(Instant(nanoseconds: 0))

  /// A clock that stands at zero.
  package init() {}

  /// The clock as an event loop wants it.
  package var clock: Clock {
    Clock(
      now: { [self] in time.withLock { $0 } },
      wall: { [self] in time.withLock { $0.nanoseconds } })
  }

  /// Moves the time forward and lets `loop` see it.
  package func advance(by duration: Duration, waking loop: EventLoop) {
    time.withLock { $0 = $0 + duration }
    loop.execute {}
  }
}
