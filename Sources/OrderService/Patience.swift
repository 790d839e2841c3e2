import Orders

/// Tries again while the database is away, for as long as somebody who waits can be kept waiting.
///
/// What failed for a passing reason has changed nothing, so it may be done again from its start;
/// what failed with an unknown outcome may not, and is not.
package struct Patience {
  /// No attempt begins later than this after the first. A database that was restarted is back
  /// within it; a person has not given up yet, and neither has a proxy.
  static let budget = Duration.seconds(2)
  /// The first pause; each further one is twice as long, as an outage that lasts is a long one.
  static let firstPause = Duration.milliseconds(50)

  private let now: () -> Duration
  private let pause: (Duration) async -> Void

  /// Waiting by a clock that never goes back, whatever it counts from.
  package init(now: @escaping () -> Duration, pause: @escaping (Duration) async -> Void) {
    self.now = now
    self.pause = pause
  }

  /// Does `body` until it is done, or fails for another reason, or the time is up.
  package func trying<Value>(_ body: () async throws -> Value) async throws -> Value {
    let end = now() + Self.budget
    var next = Self.firstPause
    while true {
      do {
        return try await body()
      } catch let error as OrderError where error.isPassing && now() + next <= end {
        await pause(next)
        next *= 2
      }
    }
  }
}
