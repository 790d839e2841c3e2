import HTTPClient
import Jobs
import OrderService
import OrderStore
import Postgres
import Telemetry

extension Jobs {
  /// All that the service does beside answering requests.
  init(
    _ configuration: Configuration, address: String, tokenChanges: ChangeSignal,
    feed: FeedSignal, history: RequestHistory, hints: OrderProcessHints?
  ) {
    self.init([
      ReportJob(everySeconds: configuration.reportRefreshSeconds),
      BacklogJob(),
      OrderProcessJob(.init(configuration, address: address, hints: hints)),
      PruneJob(),
      // Streams of the feed then check whether their tokens are still valid.
      TokenChangesJob(tokenChanges) { feed.feedGrown() },
      FeedJob(feed),
      RequestHistoryJob(history),
    ])
  }
}

extension OrderProcessJob.Settings {
  /// Nil when no order process service is configured.
  fileprivate init?(_ configuration: Configuration, address: String, hints: OrderProcessHints?) {
    guard let service = configuration.orderProcess, let hints else { return nil }
    self.init(
      service: service, callTimeout: configuration.orderProcessTimeout,
      callbackBase: configuration.publicURL?.text ?? "http://\(address)", hints: hints)
  }
}
