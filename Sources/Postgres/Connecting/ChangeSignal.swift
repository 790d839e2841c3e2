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

  /// Records an event of the listener. After a gap anything may have changed.
  package func receive(_ event: Notifications.Event) {
    switch event {
    case .listening, .notified: count.add(1, ordering: .releasing)
    case .upToDate(let moment): end.store(moment.nanoseconds, ordering: .releasing)
    }
  }

  /// `count` includes every change that was committed before `end`. `end` is read first, so that
  /// this holds also when a change arrives between the two reads.
  package var state: (end: Instant, count: Int) {
    let end = Instant(nanoseconds: end.load(ordering: .acquiring))
    return (end, count.load(ordering: .acquiring))
  }
}
