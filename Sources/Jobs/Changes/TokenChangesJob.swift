import OrderStore
package import Postgres

/// Listens for changes of tokens, so that what the loops remember of tokens can be trusted.
package struct TokenChangesJob: Job {
  package let name = "token changes"

  private let signal: ChangeSignal
  private let changed: @Sendable () -> Void

  /// Passes each change on to the signal.
  ///
  /// - Parameter changed: Called after each change, on any thread.
  package init(_ signal: ChangeSignal, changed: @escaping @Sendable () -> Void) {
    self.signal = signal
    self.changed = changed
  }

  package func start(_ context: JobContext) -> (any RunningJob)? {
    Notifications(
      context.target, channels: [TokenRepository.channel],
      checkInterval: TokenRepository.connectionCheckInterval,
      on: context.loop
    ) { [signal, changed] event in
      signal.receive(event)
      switch event {
      case .listening, .notified: changed()
      case .upToDate: break
      }
    }
  }
}

extension Notifications: RunningJob {
  package func stop() { close() }
  package func stopped() async {}
}
