package import OrderStore
package import Orders

/// Has orders fulfilled by the process service: makes the visits that `ProcessVisit` decides about.
package struct FulfilOrders {
  /// What a visit has come to.
  package enum Outcome: Sendable {
    /// What it learned has been recorded; nil is due when the order is final.
    case recorded(ProcessVisit.Record, dueIn: Duration?)
    /// Its claim had run out before it could record anything.
    case late
  }

  /// How long things take.
  package let pace: ProcessPace
  private let queue: ProcessRepository
  private let service: ProcessService
  private let now: () -> Duration

  /// Visits of this queue's orders by a clock that never goes back, whatever it counts from.
  package init(
    queue: ProcessRepository, service: ProcessService, pace: ProcessPace,
    now: @escaping () -> Duration
  ) {
    self.queue = queue
    self.service = service
    self.pace = pace
    self.now = now
  }

  /// Makes the visit that an order was claimed for at `claimedAt` or later. Begins no further call
  /// when `isStopping`, and none that might outlast the claim.
  package func visit(
    _ claim: ProcessRepository.Claim, claimedAt: Duration, isStopping: () -> Bool,
    seen: (Breaker.Event, String?) -> Void, started: (ProcessVisit.Reply) -> Void
  ) async throws -> Outcome {
    var visit = ProcessVisit(claim.knowledge)
    var event = ProcessVisit.Event.claimed(number: claim.number)
    // What the last call said of the service; nil when it said nothing.
    var sign: Breaker.Event?
    while true {
      let action = visit.event(event)
      if case .record(let record) = action {
        var random = SystemRandomNumberGenerator()
        let pause = record.pause(at: pace, isAway: sign == .failed, using: &random)
        let recorded = try await queue.record(record, of: claim, pause: pause)
        return recorded.map { .recorded(record, dueIn: $0.dueIn) } ?? .late
      }
      if isStopping() || now() > claimedAt + pace.lastCall {
        event = .outOfTime
      } else if action == .start {
        let reply: ProcessVisit.Reply
        (reply, sign) = await service.start(claim.reference)
        started(reply)
        if let sign { seen(sign, reply.problem) }
        event = .started(reply)
      } else {
        let sighting: ProcessVisit.Sighting
        (sighting, sign) = await service.look(claim.reference)
        if let sign { seen(sign, sighting.problem) }
        event = .looked(sighting)
      }
    }
  }
}
