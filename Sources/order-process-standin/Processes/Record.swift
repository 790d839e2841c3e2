import HTTP

/// One line of the journal: `WORD`, `WORD ORDER` or `end ORDER VERDICT`, the order percent-encoded.
struct Record: Equatable {
  enum Kind: String, CaseIterable {
    /// A process was started.
    case start
    /// A process ended with this verdict.
    case end
    /// A start was refused, because the order has a process.
    case duplicate = "double"
    /// The process of this order was forgotten; without an order, all were.
    case forget

    /// A request was dropped without effect.
    case refused
    /// A request took effect and was not answered.
    case lost
    /// A request took effect and was not answered for a long time.
    case silent
    /// A request took effect and was answered late.
    case delayed

    /// A callback was sent, or sent again.
    case callback = "told"
    /// A callback is sent before the start is answered.
    case earlyCallback = "foretold"
    /// A callback was left out.
    case lostCallback = "untold"
  }

  let kind: Kind
  let order: String?
  let verdict: ProcessStatus?

  init(_ kind: Kind, _ order: String? = nil, _ verdict: ProcessStatus? = nil) {
    (self.kind, self.order, self.verdict) = (kind, order, verdict)
  }

  /// Nil for an invalid line.
  init?(line: some StringProtocol) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), let kind = Kind(rawValue: String(parts[0])) else {
      return nil
    }
    var order: String?
    if parts.count > 1 {
      guard let text = try? PercentCoding.decode(Array(parts[1].utf8)[...]) else { return nil }
      order = text
    }
    let verdict = parts.count > 2 ? ProcessStatus(rawValue: String(parts[2])) : nil
    guard (verdict != nil) == (kind == .end), parts.count < 3 || verdict != nil else { return nil }
    self.init(kind, order, verdict)
  }

  var line: String {
    ([kind.rawValue] + (order.map { [PercentCoding.encode($0)] } ?? [])
      + (verdict.map { [$0.rawValue] } ?? [])).joined(separator: " ")
  }
}
