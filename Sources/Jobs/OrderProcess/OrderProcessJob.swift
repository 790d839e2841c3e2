package import HTTPClient
package import OrderService
package import Telemetry

/// Has orders fulfilled by the order process service. Every instance runs it; the queue in the
/// database gives each order to one of them at a time.
package struct OrderProcessJob: Job {
  package struct Settings: Sendable {
    let service: BaseURL
    let callTimeout: Duration
    let callbackBase: String
    let hints: OrderProcessHints

    /// - Parameters:
    ///   - service: Where the order process service is.
    ///   - callTimeout: How long one call of it may take.
    ///   - callbackBase: Where it finds this service: `http://host:port`.
    ///   - hints: Where its callbacks leave the orders that they are about.
    package init(
      service: BaseURL, callTimeout: Duration, callbackBase: String, hints: OrderProcessHints
    ) {
      self.service = service
      self.callTimeout = callTimeout
      self.callbackBase = callbackBase
      self.hints = hints
    }
  }

  package let name = "fulfilment"
  private let settings: Settings?
  private let counted = OrderProcessFigures()

  /// Without settings there is no such service, and nothing to do.
  package init(_ settings: Settings?) { self.settings = settings }

  package var figures: (any FigureGroup)? { counted }

  package func start(_ context: JobContext) -> (any RunningJob)? {
    settings.map { OrderProcessRunner($0, name: name, counted, context) }
  }
}
