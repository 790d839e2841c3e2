/// A fault in the answer to a request.
enum Fault {
  /// The request is dropped and has no effect.
  case refused
  /// The request takes effect, and the connection is closed without an answer.
  case lost
  /// The request takes effect, and there is no answer for a long time.
  case silent
  /// The request takes effect, and the answer comes late.
  case delayed
}

extension Fault {
  /// At most one for each request.
  init?(_ rates: Rates, _ random: inout RandomSource) {
    let faults: [(Fault, rate: Double)] = [
      (.refused, rates.refusal), (.lost, rates.lostAnswer), (.silent, rates.silence),
      (.delayed, rates.delay),
    ]
    guard let fault = faults.first(where: { random.chance($0.rate) }) else { return nil }
    self = fault.0
  }

  var recordKind: Record.Kind {
    switch self {
    case .refused: .refused
    case .lost: .lost
    case .silent: .silent
    case .delayed: .delayed
    }
  }
}
