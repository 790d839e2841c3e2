/// One visit of an order whose process is somebody else's: what to ask the process service, and
/// what to believe. No socket, no clock, no database.
///
/// The process service may lose our question or its answer, tell us twice or never, and forget
/// everything. So an order's process is started without looking by its very first visit alone, at
/// most once in a visit, and whatever comes of a start but acceptance is followed by a look. An
/// order is final only when a look has shown it.
package struct ProcessVisit {
  /// What is known from the visits before.
  package struct Knowledge: Equatable, Sendable {
    /// Whether the process service has accepted the order: it is PROCESSING.
    package var isAccepted: Bool
    /// Visits in a row that brought nothing new.
    package var quiet: Int
    /// How often in a row the process service did not know an order that it had accepted.
    package var missing: Int

    /// What is known of an order.
    package init(isAccepted: Bool = false, quiet: Int = 0, missing: Int = 0) {
      self.isAccepted = isAccepted
      self.quiet = quiet
      self.missing = missing
    }
  }

  /// What came of a start.
  package enum Reply: Equatable, Sendable {
    /// The process service has the order.
    case accepted
    /// It may have it or not.
    case unclear(String)
    /// Nothing has reached it.
    case notSent(String)
  }

  /// What a look has shown.
  package enum Sighting: Equatable, Sendable {
    /// The process service has the order, and this is how far its process is.
    case running, succeeded, failed
    /// It does not know the order.
    case unknown
    /// It said nothing that could be believed.
    case unclear(String)
  }

  /// What happens to a visit.
  package enum Event: Equatable, Sendable {
    /// The order has been claimed for its visit of this number.
    case claimed(number: Int)
    /// A start has been answered, or not.
    case started(Reply)
    /// A look has been answered, or not.
    case looked(Sighting)
    /// There is no time for a further call.
    case outOfTime
  }

  /// What to do next.
  package enum Action: Equatable, Sendable {
    /// Tell the process service to start the process.
    case start
    /// Ask it what it knows of the order.
    case look
    /// Record what was learned; the visit is over.
    case record(Record)
  }

  /// What a visit leaves behind.
  package struct Record: Equatable, Sendable {
    /// The status that the order now has; nil when it stays.
    package var status: OrderStatus?
    /// What the next visit has to know.
    package var knowledge: Knowledge
    /// How often the process service was told to start the process.
    package var starts: Int
    /// Whether the next visit need not wait.
    package var isAtOnce = false
    /// What stood in the way.
    package var problem: String?
  }

  /// An order that was accepted is started again when the process service has said so many times
  /// in a row that it does not know it: it has forgotten it, and this is no slip.
  static let missingMax = 3

  private let before: Knowledge
  private var starts = 0
  /// What stood in the way of the start, should there be no time to look what became of it.
  private var startProblem: String?

  /// A visit of an order of which this is known.
  package init(_ knowledge: Knowledge) { before = knowledge }

  /// Takes what happened; answers what to do next.
  package mutating func event(_ event: Event) -> Action {
    switch event {
    case .claimed(let number):
      return number == 1 && !before.isAccepted ? .start : .look
    case .started(.accepted):
      starts += 1
      return .record(accepted(.running))
    case .started(.unclear(let problem)):
      starts += 1
      startProblem = problem
      return .look
    case .started(.notSent(let problem)), .looked(.unclear(let problem)):
      return .record(nothingNew(problem))
    case .looked(.unknown):
      return notKnown()
    case .looked(let sighting):
      return .record(accepted(sighting))
    case .outOfTime:
      return .record(
        Record(knowledge: before, starts: starts, isAtOnce: true, problem: startProblem))
    }
  }

  private func notKnown() -> Action {
    if starts > 0 {
      // The start has got lost, or is still on its way: the next visit looks before it tries again.
      return .record(nothingNew("the start got lost"))
    }
    guard before.isAccepted else { return .start }
    var record = nothingNew("the process service does not know the order")
    record.knowledge.missing = min(before.missing + 1, Self.missingMax)
    if before.missing == 0 { record.knowledge.quiet = 1 }
    return record.knowledge.missing < Self.missingMax ? .record(record) : .start
  }

  /// The process service has the order.
  private func accepted(_ sighting: Sighting) -> Record {
    let status: OrderStatus =
      switch sighting {
      case .succeeded: .completed
      case .failed: .failed
      default: .inProgress
      }
    let isNews = !before.isAccepted || starts > 0 || before.missing > 0
    return Record(
      status: before.isAccepted && status == .inProgress ? nil : status,
      knowledge: Knowledge(isAccepted: true, quiet: isNews ? 1 : louder), starts: starts)
  }

  private func nothingNew(_ problem: String) -> Record {
    var knowledge = before
    knowledge.quiet = louder
    return Record(knowledge: knowledge, starts: starts, problem: problem)
  }

  /// One visit more that brought nothing new; a count that has reached the longest pause stays.
  private var louder: Int { min(before.quiet + 1, 30) }
}

extension ProcessVisit.Record {
  /// How long to leave the order alone. One that the process service was away for does not wait
  /// longer than a probe: many of them are no burden, as the breaker lets one at a time through.
  package func pause(
    at pace: ProcessPace, isAway: Bool, using random: inout some RandomNumberGenerator
  ) -> Duration {
    if isAtOnce { return .zero }
    let bounds = isAway ? pace.probes : pace.pauses
    return ProcessPace.pause(after: knowledge.quiet, within: bounds, using: &random)
  }
}

extension ProcessVisit.Reply {
  /// What went wrong; nil when nothing did.
  package var problem: String? {
    switch self {
    case .accepted: nil
    case .unclear(let problem), .notSent(let problem): problem
    }
  }
}

extension ProcessVisit.Sighting {
  /// What went wrong; nil when nothing did.
  package var problem: String? { if case .unclear(let problem) = self { problem } else { nil } }
}
