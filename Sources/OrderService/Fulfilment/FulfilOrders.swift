package import OrderStore
package import Orders

/// Visits orders that the process service fulfils: makes the calls that `OrderProcessVisit`
/// decides.
package struct FulfilOrders {
  /// The result of a visit.
  package enum Outcome: Sendable {
    /// What the visit learned was recorded. `dueIn` is nil when the order is final.
    case recorded(OrderProcessVisit.Record, dueIn: Duration?)
    /// Its claim had run out, so that nothing was recorded.
    case late
  }

  /// How long calls and pauses take.
  package let pace: OrderProcessPace
  private let queue: OrderProcessRepository
  private let service: OrderProcessService
  private let now: () -> Duration

  /// Visits the orders of a queue. The clock never goes back; its starting point does not matter.
  package init(
    queue: OrderProcessRepository, service: OrderProcessService, pace: OrderProcessPace,
    now: @escaping () -> Duration
  ) {
    self.queue = queue
    self.service = service
    self.pace = pace
    self.now = now
  }

  /// Visits an order that was claimed at `claimedAt` or later. Begins no call when `isStopping`,
  /// and none that might outlast the claim.
  package func visit(
    _ claim: OrderProcessRepository.Claim, claimedAt: Duration, isStopping: () -> Bool,
    seen: (Breaker.Event, String?) -> Void, started: (OrderProcessVisit.StartResult) -> Void
  ) async throws -> Outcome {
    var visit = OrderProcessVisit(claim.knowledge)
    var event = OrderProcessVisit.Event.claimed(number: claim.number)
    // What the last call has shown about the service; nil when it has shown nothing.
    var breakerEvent: Breaker.Event?
    while true {
      let action = visit.event(event)
      if case .record(let record) = action {
        var random = SystemRandomNumberGenerator()
        let pause = record.pause(at: pace, isAway: breakerEvent == .failed, using: &random)
        let recorded = try await queue.record(record, of: claim, pause: pause)
        return recorded.map { .recorded(record, dueIn: $0.dueIn) } ?? .late
      }
      if isStopping() || now() > claimedAt + pace.lastCallLimit {
        event = .outOfTime
      } else if action == .start {
        let result: OrderProcessVisit.StartResult
        (result, breakerEvent) = await service.start(claim.reference)
        started(result)
        if let breakerEvent { seen(breakerEvent, result.problem) }
        event = .started(result)
      } else {
        let observation: OrderProcessVisit.Observation
        (observation, breakerEvent) = await service.ask(about: claim.reference)
        if let breakerEvent { seen(breakerEvent, observation.problem) }
        event = .asked(observation)
      }
    }
  }
}
