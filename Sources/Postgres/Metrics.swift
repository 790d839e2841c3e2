package import Telemetry

/// What the database of one loop has done and is doing; written on its loop, read from anywhere.
package final class PostgresMetrics: FigureGroup {
  package enum ErrorKind: String, CaseIterable, Sendable {
    /// The server refused a statement.
    case server
    /// The connection of a statement broke.
    case lost
    /// The server did not answer in time.
    case timeout
    /// A request was refused without being sent.
    case refused
  }

  package let connectionsOpen = Gauge("postgres_connections", "Connections that stand")
  package let connectionsLeased = Gauge(
    "postgres_connections_leased", "Connections that belong to a transaction")
  package let connectionsOpened = LoopCounter(
    "postgres_connections_opened_total", "Connections opened")
  package let connectionsLost = LoopCounter(
    "postgres_connections_lost_total", "Connections that broke or were thrown away")
  package let connectFailures = LoopCounter(
    "postgres_connect_failures_total", "Attempts to connect that failed")
  package let breakerOpen = Gauge(
    "postgres_breakers_open", "Loops that refuse requests at once because nothing connects")
  package let waiting = Gauge(
    "postgres_requests_waiting", "Requests that wait for a connection")
  package let waits = LoopCounter("postgres_waits_total", "Requests that had to wait")
  package let waitNanoseconds = LoopCounter(
    "postgres_wait_seconds_total", unit: .nanoseconds, "How long they waited altogether")
  package let statements = LoopCounter("postgres_statements_total", "Statements sent")
  package let resent = LoopCounter(
    "postgres_statements_resent_total", "Reads sent a second time")
  package let transactions = LoopCounter("postgres_transactions_total", "Transactions begun")
  package let transactionsRetried = LoopCounter(
    "postgres_transactions_retried_total", "Transactions run a second time")
  package let outcomesUnknown = LoopCounter(
    "postgres_outcomes_unknown_total", "Commits whose outcome nobody knows")
  package let errors = Labelled<ErrorKind, LoopCounter>(
    "postgres_errors_total", by: "kind", "Statements that failed, by what failed them")

  package init() {}

  func count(_ error: PostgresError) {
    switch error {
    case .server: errors[.server].add()
    case .connectionLost: errors[.lost].add()
    case .timeout: errors[.timeout].add()
    case .busy, .queueFull, .unavailable, .refused, .parameter, .configuration:
      errors[.refused].add()
    case .decoding: break
    }
    if error.isOutcomeUnknown { outcomesUnknown.add() }
  }
}
