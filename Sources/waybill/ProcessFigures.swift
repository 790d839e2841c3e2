import OrderStore
import Orders
import Synchronization

/// What is known of the orders that are fulfilled outside; written by their jobs, read by whoever
/// shows the metrics. How many there are is of all instances, what was done of this one.
final class ProcessFigures: Sendable {
  private let created = Atomic(0)
  private let processing = Atomic(0)
  private let oldestCreated = Atomic(0)
  private let fulfilled = Atomic(0)
  private let failed = Atomic(0)
  private let accepted = Atomic(0)
  private let unclear = Atomic(0)
  private let notSent = Atomic(0)
  let claims = Atomic(0)
  let visits = Atomic(0)
  let isOpen = Atomic(false)

  func took(_ backlog: OrderProcessRepository.Backlog) {
    created.store(backlog.created, ordering: .relaxed)
    processing.store(backlog.processing, ordering: .relaxed)
    oldestCreated.store(Int(backlog.oldestCreated / .milliseconds(1)), ordering: .relaxed)
  }

  func count(_ reply: OrderProcessVisit.Reply) {
    switch reply {
    case .accepted: accepted.add(1, ordering: .relaxed)
    case .unclear: unclear.add(1, ordering: .relaxed)
    case .notSent: notSent.add(1, ordering: .relaxed)
    }
  }

  func count(_ record: OrderProcessVisit.Record) {
    switch record.status {
    case .completed: fulfilled.add(1, ordering: .relaxed)
    case .failed: failed.add(1, ordering: .relaxed)
    default: break
    }
  }

  func add(to text: inout MetricsText) {
    text.describe("fulfilment_orders", "gauge", "Orders that are not final, up to 100,000 of each")
    for (status, figure) in [("CREATED", created.value), ("PROCESSING", processing.value)] {
      text.sample("fulfilment_orders", labels: ["status": status], "\(figure)")
    }
    text.describe(
      "fulfilment_oldest_created_seconds", "gauge",
      "How long the oldest order waits whose process has not been started")
    text.sample("fulfilment_oldest_created_seconds", "\(Double(oldestCreated.value) / 1e3)")
    text.describe(
      "fulfilment_orders_finished_total", "counter", "Orders that this instance saw become final")
    for (status, figure) in [("FULFILLED", fulfilled.value), ("FAILED", failed.value)] {
      text.sample("fulfilment_orders_finished_total", labels: ["status": status], "\(figure)")
    }
    text.describe(
      "fulfilment_start_attempts_total", "counter", "Starts of processes, by what came of them")
    for (outcome, figure) in [
      ("accepted", accepted.value), ("unclear", unclear.value), ("not_sent", notSent.value),
    ] {
      text.sample("fulfilment_start_attempts_total", labels: ["outcome": outcome], "\(figure)")
    }
    text.counter(
      "fulfilment_claims_total", "How often this instance asked for orders that are due",
      claims.value)
    text.gauge(
      "fulfilment_visits_in_flight", "Orders that this instance asks the process service about",
      visits.value)
    text.gauge(
      "fulfilment_breaker_open", "Whether nothing but probes is sent to the process service",
      isOpen.load(ordering: .relaxed) ? 1 : 0)
  }
}

extension Atomic<Int> {
  fileprivate var value: Int { load(ordering: .relaxed) }
}
