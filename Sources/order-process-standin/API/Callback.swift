import JSON

/// The callback at the end of a process: what is sent next, and when to stop.
struct Callback: Equatable {
  let url: CallbackURL
  let order: String
  /// The body of the next request. As in the real service, repetitions have an empty body.
  private(set) var body: [UInt8]
  private var attemptsLeft = 3
  private var isDoubled: Bool

  enum Outcome {
    case answered(status: Int)
    /// No byte of the request was sent.
    case notSent
    /// The request may have arrived, but there was no answer.
    case unanswered
  }

  enum Next: Equatable { case done, sendNow, sendLater }

  init(_ url: CallbackURL, order: String, _ verdict: ProcessStatus, isDoubled: Bool) {
    self.url = url
    self.order = order
    self.isDoubled = isDoubled
    body = verdict.json(of: order) + [UInt8(ascii: "\n")]
  }

  /// Only a 200 counts as success. After it a doubled callback is sent once more, whatever its
  /// result.
  mutating func attemptEnded(_ outcome: Outcome) -> Next {
    if case .notSent = outcome {} else { body = [] }
    attemptsLeft -= 1
    if case .answered(200) = outcome, isDoubled {
      (isDoubled, attemptsLeft) = (false, 1)
      return .sendNow
    }
    if case .answered(200) = outcome { return .done }
    return attemptsLeft > 0 ? .sendLater : .done
  }
}
