import JSON

/// The telling of one end: what is sent next, and when it is enough.
struct Callback: Equatable {
  let url: CallbackURL
  let order: String
  /// What the next request carries. The real service writes it once: what has been sent is gone, so
  /// that repetitions arrive empty.
  private(set) var body: [UInt8]
  private var triesLeft = 3
  private var isDoubled: Bool

  enum Outcome {
    case answered(status: Int)
    /// Nothing of the request has left.
    case notSent
    /// The request may have arrived; no answer did.
    case unanswered
  }

  enum Next: Equatable { case done, sendNow, sendLater }

  init(_ url: CallbackURL, order: String, _ verdict: ProcessStatus, isDoubled: Bool) {
    self.url = url
    self.order = order
    self.isDoubled = isDoubled
    body = verdict.json(of: order) + [UInt8(ascii: "\n")]
  }

  /// Only a 200 will do; what becomes of a double is nobody's concern.
  mutating func tried(_ outcome: Outcome) -> Next {
    if case .notSent = outcome {} else { body = [] }
    triesLeft -= 1
    if case .answered(200) = outcome, isDoubled {
      (isDoubled, triesLeft) = (false, 1)
      return .sendNow
    }
    if case .answered(200) = outcome { return .done }
    return triesLeft > 0 ? .sendLater : .done
  }
}
