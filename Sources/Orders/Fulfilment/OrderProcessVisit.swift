/// One visit of an order that an external order process fulfils: what to ask the process service,
/// and what to believe. It uses no socket, no clock and no database.
///
/// The process service may lose a request or its answer, call back twice or never, and forget
/// everything. So only the very first visit starts an order process without asking first, a visit
/// starts one at most once, and a start that was not accepted is followed by a question. An order
/// is final only when the answer to a question says so.
package struct OrderProcessVisit {
  /// What earlier visits have learned.
  package struct Knowledge: Equatable, Sendable {
    /// Whether the process service has accepted the order, so that its status is PROCESSING.
    package var isAccepted: Bool
    /// Visits in a row that brought nothing new.
    package var unchangedVisits: Int
    /// Visits in a row in which the process service did not know an order that it had accepted.
    package var unknownVisits: Int

    /// What is known of an order.
    package init(isAccepted: Bool = false, unchangedVisits: Int = 0, unknownVisits: Int = 0) {
      self.isAccepted = isAccepted
      self.unchangedVisits = unchangedVisits
      self.unknownVisits = unknownVisits
    }
  }

  /// The result of a start.
  package enum StartResult: Equatable, Sendable {
    /// The process service has the order.
    case accepted
    /// It may or may not have the order.
    case unclear(String)
    /// The request did not reach it.
    case notSent(String)
  }

  /// The answer to a question about an order.
  package enum Observation: Equatable, Sendable {
    /// The process service has the order, and its order process is in this state.
    case running, succeeded, failed
    /// It does not know the order.
    case unknown
    /// There was no answer that can be believed.
    case unclear(String)
  }

  /// What happens to a visit.
  package enum Event: Equatable, Sendable {
    /// The order has been claimed for its visit of this number.
    case claimed(number: Int)
    /// A start has ended, with or without an answer.
    case started(StartResult)
    /// A question has ended, with or without an answer.
    case asked(Observation)
    /// There is no time for a further call.
    case outOfTime
  }

  /// What to do next.
  package enum Action: Equatable, Sendable {
    /// Tell the process service to start the order process.
    case start
    /// Ask it about the order.
    case ask
    /// Record what was learned; the visit is over.
    case record(Record)
  }

  /// The result of a visit.
  package struct Record: Equatable, Sendable {
    /// The new status of the order; nil when it does not change.
    package var status: OrderStatus?
    /// What the next visit needs to know.
    package var knowledge: Knowledge
    /// How often the process service was told to start the order process.
    package var starts: Int
    /// Whether the next visit may be made at once.
    package var isAtOnce = false
    /// What went wrong.
    package var problem: String?
  }

  /// After this many visits in a row in which the process service does not know an order that it
  /// had accepted, it has really forgotten the order, and the order process is started again.
  static let unknownVisitsMax = 3

  private let before: Knowledge
  private var starts = 0
  /// What went wrong with the start, in case there is no time to ask what became of it.
  private var startProblem: String?

  /// A visit of an order about which this is known.
  package init(_ knowledge: Knowledge) { before = knowledge }

  /// Takes an event; returns what to do next.
  package mutating func event(_ event: Event) -> Action {
    switch event {
    case .claimed(let number):
      return number == 1 && !before.isAccepted ? .start : .ask
    case .started(.accepted):
      starts += 1
      return .record(accepted(.running))
    case .started(.unclear(let problem)):
      starts += 1
      startProblem = problem
      return .ask
    case .started(.notSent(let problem)), .asked(.unclear(let problem)):
      return .record(nothingNew(problem))
    case .asked(.unknown):
      return notKnown()
    case .asked(let observation):
      return .record(accepted(observation))
    case .outOfTime:
      return .record(
        Record(knowledge: before, starts: starts, isAtOnce: true, problem: startProblem))
    }
  }

  private func notKnown() -> Action {
    if starts > 0 {
      // The start was lost or is still under way: the next visit asks before it starts again.
      return .record(nothingNew("the start got lost"))
    }
    guard before.isAccepted else { return .start }
    var record = nothingNew("the process service does not know the order")
    record.knowledge.unknownVisits = min(before.unknownVisits + 1, Self.unknownVisitsMax)
    if before.unknownVisits == 0 { record.knowledge.unchangedVisits = 1 }
    return record.knowledge.unknownVisits < Self.unknownVisitsMax ? .record(record) : .start
  }

  /// The process service has the order.
  private func accepted(_ observation: Observation) -> Record {
    let status: OrderStatus =
      switch observation {
      case .succeeded: .completed
      case .failed: .failed
      default: .inProgress
      }
    let isNews = !before.isAccepted || starts > 0 || before.unknownVisits > 0
    return Record(
      status: before.isAccepted && status == .inProgress ? nil : status,
      knowledge: Knowledge(isAccepted: true, unchangedVisits: isNews ? 1 : oneMoreUnchanged),
      starts: starts)
  }

  private func nothingNew(_ problem: String) -> Record {
    var knowledge = before
    knowledge.unchangedVisits = oneMoreUnchanged
    return Record(knowledge: knowledge, starts: starts, problem: problem)
  }

  /// The count after one more visit without news. It stops growing, as the pause is at its longest
  /// long before.
  private var oneMoreUnchanged: Int { min(before.unchangedVisits + 1, 30) }
}

extension OrderProcessVisit.Record {
  /// How long to wait before the next visit. If the process service is away, that is no longer than
  /// between two probes: many such orders are no burden, as the breaker lets one through at a time.
  package func pause(
    at pace: OrderProcessPace, isAway: Bool, using random: inout some RandomNumberGenerator
  ) -> Duration {
    if isAtOnce { return .zero }
    let bounds = isAway ? pace.probePauses : pace.visitPauses
    return OrderProcessPace.pause(after: knowledge.unchangedVisits, within: bounds, using: &random)
  }
}

extension OrderProcessVisit.StartResult {
  /// What went wrong; nil when nothing did.
  package var problem: String? {
    switch self {
    case .accepted: nil
    case .unclear(let problem), .notSent(let problem): problem
    }
  }
}

extension OrderProcessVisit.Observation {
  /// What went wrong; nil when nothing did.
  package var problem: String? { if case .unclear(let problem) = self { problem } else { nil } }
}
