import Orders

/// Repeats work while the database is away, for as long as a client can be kept waiting.
///
/// A passing error means that nothing was changed, so the work is repeated from its start. After an
/// unknown outcome it must not be repeated, and is not.
package struct DatabaseRetry {
  /// No attempt begins later than this after the first. A restarted database is back within this
  /// time, and people and proxies still wait.
  static let budget = Duration.seconds(2)
  /// The first pause; each further one is twice as long.
  static let firstPause = Duration.milliseconds(50)

  private let now: () -> Duration
  private let pause: (Duration) async -> Void

  /// Measures time by a clock that never goes back; its starting point does not matter.
  package init(now: @escaping () -> Duration, pause: @escaping (Duration) async -> Void) {
    self.now = now
    self.pause = pause
  }

  /// Runs `body` until it succeeds, fails with an error that is not passing, or the time is up.
  package func run<Value>(_ body: () async throws -> Value) async throws -> Value {
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
