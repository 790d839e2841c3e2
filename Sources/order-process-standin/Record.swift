import HTTP

/// One line of the journal: `WORD`, `WORD ORDER` or `end ORDER VERDICT`, the order percent-encoded.
struct Record: Equatable {
  enum Word: String, CaseIterable {
    /// A process was started.
    case start
    /// A process ended with this verdict.
    case end
    /// A process was refused, because the order has one.
    case double
    /// The process of this order is no longer known; without an order, none is.
    case forget

    /// A request was dropped without effect.
    case refused
    /// A request took effect and was not answered.
    case lost
    /// A request took effect and was left waiting.
    case silent
    /// A request took effect and was answered late.
    case delayed

    /// An end was told, or told again.
    case told
    /// An end was told before the start was answered.
    case foretold
    /// An end was not told.
    case untold
  }

  let word: Word
  let order: String?
  let verdict: ProcessStatus?

  init(_ word: Word, _ order: String? = nil, _ verdict: ProcessStatus? = nil) {
    (self.word, self.order, self.verdict) = (word, order, verdict)
  }

  /// Nil for a line that is none.
  init?(line: some StringProtocol) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), let word = Word(rawValue: String(parts[0])) else {
      return nil
    }
    var order: String?
    if parts.count > 1 {
      guard let text = try? PercentCoding.decode(Array(parts[1].utf8)[...]) else { return nil }
      order = text
    }
    let verdict = parts.count > 2 ? ProcessStatus(rawValue: String(parts[2])) : nil
    guard (verdict != nil) == (word == .end), parts.count < 3 || verdict != nil else { return nil }
    self.init(word, order, verdict)
  }

  var line: String {
    ([word.rawValue] + (order.map { [PercentCoding.encode($0)] } ?? [])
      + (verdict.map { [$0.rawValue] } ?? [])).joined(separator: " ")
  }
}
