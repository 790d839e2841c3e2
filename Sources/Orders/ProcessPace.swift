/// How long things take and wait in the dealings with the process service; all of it follows from
/// how long one call may take.
package struct ProcessPace: Equatable, Sendable {
  /// Time for one call, from connecting to the whole answer.
  package let call: Duration

  /// The pace at which one call may take so long.
  package init(call: Duration) { self.call = call }

  /// How many calls one visit makes at most: a look, a start, a look at what became of it.
  static let callsMax = 3

  /// For how long a claimed order is left to whoever claimed it: longer than all calls of a visit,
  /// so that nobody else acts while one of them may still be on its way.
  package var lease: Duration { call * 6 }

  /// How long after its claim a visit may begin its last call: what is left then is enough for the
  /// call, and as much again for what clocks and schedulers do.
  package var lastCall: Duration { lease - call * 2 }

  /// The pauses between visits of one order, from the first to the longest.
  package var pauses: ClosedRange<Duration> { call / 5...call * 6 }

  /// The pauses between probes of a service that is away, and between visits of an order that is
  /// the probe. So an order waits no longer than a call may take when the service is back; as long
  /// again when a call was just hanging.
  package var probes: ClosedRange<Duration> { call / 5...call }

  /// Callbacks for one order bring its next look forward once in this time.
  package var hints: Duration { call / 5 }

  /// The pause after `count` disappointments in a row: twice as long after each, up to the bound,
  /// less a random part so that many who failed together do not come back together.
  static func pause(
    after count: Int, within bounds: ClosedRange<Duration>,
    using random: inout some RandomNumberGenerator
  ) -> Duration {
    let doubled = bounds.lowerBound * (1 << max(0, min(count - 1, 20)))
    let whole = min(doubled, bounds.upperBound) / .microseconds(1)
    return .microseconds(Int64.random(in: Int64(whole / 2)...Int64(whole), using: &random))
  }
}
