/// How long calls to the process service may take, and how long to wait between them. All times
/// follow from the timeout of one call.
package struct OrderProcessPace: Equatable, Sendable {
  /// The timeout of one call, from connecting to the end of the answer.
  package let callTimeout: Duration

  /// Times for calls of this timeout.
  package init(callTimeout: Duration) { self.callTimeout = callTimeout }

  /// How many calls one visit makes at most: a question, a start, and a question about the start.
  static let callsMax = 3

  /// How long a claim lasts: longer than all calls of a visit, so that no other worker visits the
  /// order while one of them may still be under way.
  package var lease: Duration { callTimeout * 6 }

  /// How long after its claim a visit may begin its last call. The time that is left then is twice
  /// what the call may take, as clocks and schedulers are not exact.
  package var lastCallLimit: Duration { lease - callTimeout * 2 }

  /// The shortest and the longest pause between visits of one order.
  package var visitPauses: ClosedRange<Duration> { callTimeout / 5...callTimeout * 6 }

  /// The shortest and the longest pause between probes of a service that is away. When the service
  /// is back, an order therefore waits no longer than one call may take, or twice as long if a
  /// probe was hanging at that moment.
  package var probePauses: ClosedRange<Duration> { callTimeout / 5...callTimeout }

  /// Callbacks for one order move its next visit forward at most once in this time.
  package var hintPause: Duration { callTimeout / 5 }

  /// The pause after `count` visits without news, or after `count` failures, in a row. It doubles
  /// with each of them, up to the upper bound. A random part is taken off, so that what failed at
  /// the same moment is not repeated at the same moment.
  static func pause(
    after count: Int, within bounds: ClosedRange<Duration>,
    using random: inout some RandomNumberGenerator
  ) -> Duration {
    let doubled = bounds.lowerBound * (1 << max(0, min(count - 1, 20)))
    let whole = min(doubled, bounds.upperBound) / .microseconds(1)
    return .microseconds(Int64.random(in: Int64(whole / 2)...Int64(whole), using: &random))
  }
}
