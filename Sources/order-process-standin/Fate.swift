/// What will become of a process, decided when it starts.
struct Fate: Equatable {
  /// How long it runs.
  var duration: Duration
  /// How it ends; nil when it is forgotten instead.
  var verdict: ProcessStatus?
  /// How often its end is told: lost, once, or once and again with an empty body.
  var callbacks: Callbacks
  /// Whether it ends, and says so, before its start has been answered.
  var isEarly: Bool

  enum Callbacks { case none, one, two }
}

extension Fate {
  /// Draws every lot every time, so that raising one rate leaves the other lots as they were.
  init(_ rates: Rates, lasting milliseconds: ClosedRange<Int>, _ dice: inout Dice) {
    duration = dice.duration(in: milliseconds)
    let (fails, forgets) = (dice.says(rates.failure), dice.says(rates.forgetting))
    let (loses, doubles) = (dice.says(rates.lostCallback), dice.says(rates.doubledCallback))
    isEarly = dice.says(rates.earlyCallback)
    verdict = forgets ? nil : fails ? .failed : .succeeded
    callbacks = loses ? .none : doubles ? .two : .one
  }
}
