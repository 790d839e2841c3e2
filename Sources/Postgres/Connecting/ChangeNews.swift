package import EventLoop
import Synchronization

/// What an instance hears of changes, so that what its loops remember may be believed for longer.
///
/// It is told by `Notifications` on one loop and read by the memories of all.
package final class ChangeNews: Sendable {
  private let count = Atomic(0)
  private let end = Atomic<Int64>(.min)

  /// News that nobody has heard of yet.
  package init() {}

  /// Takes in what a listener was told. After a gap anything may have changed.
  package func hear(_ event: Notifications.Event) {
    switch event {
    case .listening, .notified: count.add(1, ordering: .releasing)
    case .heardAll(let moment): end.store(moment.nanoseconds, ordering: .releasing)
    }
  }

  /// How far the news reach: of everything that was committed before `end`, the changes are among
  /// the `count`. In this order, so that the count is never older than the moment says.
  package var state: (end: Instant, count: Int) {
    let end = Instant(nanoseconds: end.load(ordering: .acquiring))
    return (end, count.load(ordering: .acquiring))
  }
}
