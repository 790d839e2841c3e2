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

/// What happens to an answer on its way.
enum Mishap {
  /// The request is dropped and has no effect.
  case refused
  /// The request takes effect, and its connection ends without an answer.
  case lost
  /// The request takes effect, and nothing is said for a long time.
  case silent
  /// The request takes effect, and the answer comes late.
  case delayed
}

extension Mishap {
  /// One at most for a request, nil for most.
  init?(_ rates: Rates, _ dice: inout Dice) {
    let mishaps: [(Mishap, rate: Double)] = [
      (.refused, rates.refusal), (.lost, rates.lostAnswer), (.silent, rates.silence),
      (.delayed, rates.delay),
    ]
    guard let mishap = mishaps.first(where: { dice.says($0.rate) }) else { return nil }
    self = mishap.0
  }

  /// What the journal calls it.
  var word: Record.Word {
    switch self {
    case .refused: .refused
    case .lost: .lost
    case .silent: .silent
    case .delayed: .delayed
    }
  }
}

/// How often each fault happens: 0 is never, 1 is always.
struct Rates: Sendable {
  var failure = 0.0
  var forgetting = 0.0
  var refusal = 0.0
  var lostAnswer = 0.0
  var silence = 0.0
  var delay = 0.0
  var lostCallback = 0.0
  var doubledCallback = 0.0
  var earlyCallback = 0.0
}
