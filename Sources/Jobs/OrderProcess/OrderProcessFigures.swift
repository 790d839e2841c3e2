import Orders
import Telemetry

/// What this instance does to have orders fulfilled.
struct OrderProcessFigures: FigureGroup {
  enum FinalStatus: String, CaseIterable {
    case fulfilled = "FULFILLED"
    case failed = "FAILED"
  }

  enum StartOutcome: String, CaseIterable {
    case accepted
    case unclear
    case notSent = "not_sent"
  }

  let finished = Labelled<FinalStatus, Counter>(
    "fulfilment_orders_finished_total", by: "status", "Orders that this instance saw become final")
  let starts = Labelled<StartOutcome, Counter>(
    "fulfilment_start_attempts_total", by: "outcome", "Starts of processes, by what came of them")
  let claims = Counter(
    "fulfilment_claims_total", "How often this instance asked for orders that are due")
  let visits = Gauge(
    "fulfilment_visits_in_flight", "Orders that this instance asks the process service about")
  let isBreakerOpen = Gauge(
    "fulfilment_breaker_open", "Whether nothing but probes is sent to the process service")

  func count(_ reply: OrderProcessVisit.StartResult) {
    switch reply {
    case .accepted: starts[.accepted].add()
    case .unclear: starts[.unclear].add()
    case .notSent: starts[.notSent].add()
    }
  }

  func count(_ record: OrderProcessVisit.Record) {
    switch record.status {
    case .completed: finished[.fulfilled].add()
    case .failed: finished[.failed].add()
    default: break
    }
  }
}
