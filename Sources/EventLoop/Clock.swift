import Glibc

/// A point on the monotonic clock, in nanoseconds; the only time that deadlines are made of.
package struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since an arbitrary start that never moves back.
  package let nanoseconds: Int64

  /// An instant that many nanoseconds after the clock's start.
  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// An instant no deadline reaches.
  package static let never = Instant(nanoseconds: .max)

  /// Orders instants by time.
  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The instant `duration` later; stays at `never` instead of overflowing.
  package static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.inNanoseconds)
    return overflow ? .never : Instant(nanoseconds: sum)
  }

  /// The time from `earlier` to `later`.
  package static func - (later: Instant, earlier: Instant) -> Duration {
    .nanoseconds(later.nanoseconds &- earlier.nanoseconds)
  }
}

extension Duration {
  /// The duration in whole nanoseconds, clamped to what 64 bits hold (292 years).
  package var inNanoseconds: Int64 {
    Int64(clamping: attoseconds / 1_000_000_000)
  }
}

/// Where an event loop reads the time: the system's clocks, or a test's own.
package struct Clock: Sendable {
  /// Reads the monotonic clock.
  package let now: @Sendable () -> Instant
  /// Reads the wall clock: nanoseconds since 1970-01-01 UTC, for dates people read and never for
  /// deadlines.
  package let wall: @Sendable () -> Int64

  /// A clock made of two readings.
  package init(now: @escaping @Sendable () -> Instant, wall: @escaping @Sendable () -> Int64) {
    self.now = now
    self.wall = wall
  }

  /// The machine's own clocks.
  package static let system = Clock(
    now: { Instant(nanoseconds: read(CLOCK_MONOTONIC)) }, wall: { read(CLOCK_REALTIME) })

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
