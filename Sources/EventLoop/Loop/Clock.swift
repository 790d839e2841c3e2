import Glibc

/// A point on the monotonic clock, in nanoseconds. All deadlines are instants.
package struct Instant: Comparable, Hashable, Sendable {
  /// Nanoseconds since an arbitrary start that never moves back.
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Later than any other instant.
  package static let never = Instant(nanoseconds: .max)

  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The instant `duration` later; stays at `never` instead of overflowing.
  package static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.inNanoseconds)
    return overflow ? .never : Instant(nanoseconds: sum)
  }

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

/// Where an event loop reads the time: the system's clocks, or a test's.
package struct Clock: Sendable {
  /// The monotonic clock.
  package let now: @Sendable () -> Instant
  /// The wall clock: nanoseconds since 1970-01-01 UTC. For dates that people read; never for
  /// deadlines, because it can be set back.
  package let wall: @Sendable () -> Int64

  package init(now: @escaping @Sendable () -> Instant, wall: @escaping @Sendable () -> Int64) {
    self.now = now
    self.wall = wall
  }

  package static let system = Clock(
    now: { Instant(nanoseconds: read(CLOCK_MONOTONIC)) }, wall: { read(CLOCK_REALTIME) })

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
