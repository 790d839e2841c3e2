import OrderStore
package import Postgres
package import Telemetry

/// Counts the orders that are still to be fulfilled by the order process service.
///
/// Every instance counts them, even one without an order process service: then nobody fulfils the
/// orders, and an alert must show that.
package struct BacklogJob: PeriodicJob {
  package let name = "backlog"
  package let lock: String? = nil

  /// The pause between two counts. The figures are up to this old, however often they are read.
  private static let pause = Duration.seconds(5)

  private let counted = BacklogFigures()

  package init() {}

  package var figures: (any FigureGroup)? { counted }

  package func run(_ connections: JobConnections) async throws(PostgresError) -> Duration {
    let backlog = try await OrderProcessRepository(connections.database).backlog()
    counted.orders[.created].set(backlog.created)
    counted.orders[.processing].set(backlog.processing)
    counted.oldestCreated.set(Int(backlog.oldestCreated / .milliseconds(1)))
    return Self.pause
  }

  package func failed(
    _ error: PostgresError, isRepeated: Bool, _ log: Log
  ) -> Duration {
    if !isRepeated {
      log.write(
        .warning, "the orders to fulfil cannot be counted", ["error": error.debugDescription])
    }
    return Self.pause
  }
}

/// How many orders there are to fulfil, counted over all instances.
private struct BacklogFigures: FigureGroup {
  enum Status: String, CaseIterable {
    case created = "CREATED"
    case processing = "PROCESSING"
  }

  let orders = Labelled<Status, Gauge>(
    "fulfilment_orders", by: "status", "Orders that are not final, up to 100,000 of each")
  let oldestCreated = Gauge(
    "fulfilment_oldest_created_seconds", unit: .milliseconds,
    "How long the oldest order waits whose process has not been started")
}
