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
