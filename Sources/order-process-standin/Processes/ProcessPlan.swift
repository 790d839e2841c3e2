/// What will happen to a process, decided when it starts.
struct ProcessPlan: Equatable {
  /// How long it runs.
  var duration: Duration
  /// Its final status; nil when it is forgotten instead of ending.
  var verdict: ProcessStatus?
  /// How many callbacks are sent at its end; the second one has an empty body.
  var callbacks: Callbacks
  /// Whether it ends and calls back before the request that starts it is answered.
  var isEarly: Bool

  enum Callbacks { case none, one, two }
}

extension ProcessPlan {
  /// Always draws all random numbers, so that a change of one rate does not change the other
  /// choices.
  init(_ rates: Rates, lasting milliseconds: ClosedRange<Int>, _ random: inout RandomSource) {
    duration = random.duration(in: milliseconds)
    let (fails, forgets) = (random.chance(rates.failure), random.chance(rates.forgetting))
    let (loses, doubles) = (random.chance(rates.lostCallback), random.chance(rates.doubledCallback))
    isEarly = random.chance(rates.earlyCallback)
    verdict = forgets ? nil : fails ? .failed : .succeeded
    callbacks = loses ? .none : doubles ? .two : .one
  }
}
