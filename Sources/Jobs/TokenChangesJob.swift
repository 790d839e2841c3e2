import OrderStore
package import Postgres

/// Listens for changes of tokens, so that what the loops remember of tokens can be trusted.
package struct TokenChangesJob: Job {
  package let name = "token changes"

  private let signal: ChangeSignal

  /// Passes each change on to the signal.
  package init(_ signal: ChangeSignal) { self.signal = signal }

  package func start(_ context: JobContext) -> (any RunningJob)? {
    Notifications(
      context.target, channels: [TokenRepository.channel], pulse: TokenRepository.pulse,
      on: context.loop
    ) { [signal] in signal.receive($0) }
  }
}

extension Notifications: RunningJob {
  package func stop() { close() }
  package func stopped() async {}
}
