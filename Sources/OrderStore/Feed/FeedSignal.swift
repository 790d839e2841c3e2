import Synchronization

/// Tells those who give positions to events that something was written, and those who follow the
/// feed that there are new events. Any thread may call it.
package final class FeedSignal: Sendable {
  private struct Listeners {
    var written: (@Sendable () -> Void)?
    var grown: [@Sendable () -> Void] = []
  }

  private let isWritten = Atomic(false)
  private let listeners = Mutex(Listeners())

  package init() {}

  /// Calls `listener` when something was written, on the thread that wrote it; then not again
  /// before `takeEventsWritten`.
  package func onEventsWritten(_ listener: (@Sendable () -> Void)?) {
    listeners.withLock { $0.written = listener }
  }

  /// Calls `listener` whenever the feed may have new events.
  package func onFeedGrown(_ listener: @escaping @Sendable () -> Void) {
    listeners.withLock { $0.grown.append(listener) }
  }

  /// Says that something was written whose events have no position yet.
  package func eventsWritten() {
    guard !isWritten.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let listener = listeners.withLock { $0.written }
    listener?()
  }

  /// Whether something was written since this was called last.
  package func takeEventsWritten() -> Bool {
    isWritten.exchange(false, ordering: .acquiringAndReleasing)
  }

  /// Says that the feed may have new events.
  package func feedGrown() {
    for listener in listeners.withLock({ $0.grown }) { listener() }
  }
}
