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
  /// before `takeWritten`.
  package func onWritten(_ listener: (@Sendable () -> Void)?) {
    listeners.withLock { $0.written = listener }
  }

  /// Calls `listener` whenever the feed may have new events.
  package func onGrown(_ listener: @escaping @Sendable () -> Void) {
    listeners.withLock { $0.grown.append(listener) }
  }

  /// Says that something was written whose events have no position yet.
  package func written() {
    guard !isWritten.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let listener = listeners.withLock { $0.written }
    listener?()
  }

  /// Whether something was written since this was called last.
  package func takeWritten() -> Bool { isWritten.exchange(false, ordering: .acquiringAndReleasing) }

  /// Says that the feed may have new events.
  package func grown() {
    for listener in listeners.withLock({ $0.grown }) { listener() }
  }
}
