package import EventLoop
import Synchronization

/// Tells the caches of all loops that something changed in the database.
///
/// `Notifications` calls it on one loop; the caches read it on theirs.
package final class ChangeSignal: Sendable {
  private let count = Atomic(0)
  private let end = Atomic<Int64>(.min)

  /// A signal without changes so far.
  package init() {}

  /// Takes in what a listener was told. After a gap anything may have changed.
  package func receive(_ event: Notifications.Event) {
    switch event {
    case .listening, .notified: count.add(1, ordering: .releasing)
    case .upToDate(let moment): end.store(moment.nanoseconds, ordering: .releasing)
    }
  }

  /// Every change that was committed before `end` is among the `count`. `end` is read first, so
  /// that the count is never older than it says.
  package var state: (end: Instant, count: Int) {
    let end = Instant(nanoseconds: end.load(ordering: .acquiring))
    return (end, count.load(ordering: .acquiring))
  }
}
