import EventLoop

/// The pauses between attempts: doubled after each failure up to a bound, less a random part, so
/// that clients that failed together do not retry together.
struct BackOff {
  private let bounds: ClosedRange<Duration>
  private var generator: any RandomNumberGenerator
  private(set) var failures = 0

  init(_ bounds: ClosedRange<Duration>, generator: any RandomNumberGenerator) {
    self.bounds = bounds
    self.generator = generator
  }

  /// The pause after one more failure: a random time between half of the pause and the whole.
  mutating func failed() -> Duration {
    let doubled = bounds.lowerBound * (1 << min(failures, 20))
    failures += 1
    let whole = min(doubled, bounds.upperBound).inNanoseconds
    return .nanoseconds(Int64.random(in: whole / 2...whole, using: &generator))
  }

  mutating func succeeded() { failures = 0 }
}
