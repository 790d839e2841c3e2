public import EventLoop
import Synchronization

/// A clock that moves only when a test says so.
public final class ManualClock: Sendable {
  private let time = Mutex(Instant(nanoseconds: 0))

  /// A clock that stands at zero.
  public init() {}

  /// The clock as an event loop wants it.
  public var clock: Clock {
    Clock(
      now: { [self] in time.withLock { $0 } },
      wall: { [self] in time.withLock { $0.nanoseconds } })
  }

  /// Moves the time forward and lets `loop` see it.
  public func advance(by duration: Duration, waking loop: EventLoop) {
    time.withLock { $0 = $0 + duration }
    loop.execute {}
  }
}
