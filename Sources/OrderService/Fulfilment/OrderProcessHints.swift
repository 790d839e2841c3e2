package import Orders
import Synchronization

/// Keeps the orders for which a callback came in until they are taken: each order once, up to a
/// limit. Any thread may add an order. A hint that is lost does no harm, as the order has its
/// regular visits.
package final class OrderProcessHints: Sendable {
  /// How many orders are kept at most; with the longest possible references they take 2 MB.
  static let countMax = 1_024

  private struct State {
    var waiting: Set<OrderReference> = []
    var wakeUp: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// No hints so far.
  package init() {}

  /// Calls `wakeUp` when a first hint is added, on the thread that added it.
  package func onFirst(_ wakeUp: @escaping @Sendable () -> Void) {
    state.withLock { $0.wakeUp = wakeUp }
  }

  /// Adds the hint that the state of an order may have changed.
  package func add(_ reference: OrderReference) {
    let wakeUp = state.withLock { state in
      let isFirst = state.waiting.isEmpty
      if state.waiting.count < Self.countMax { state.waiting.insert(reference) }
      return isFirst ? state.wakeUp : nil
    }
    wakeUp?()
  }

  /// Removes and returns all hints.
  package func take() -> [String] {
    state.withLock { state in
      defer { state.waiting.removeAll(keepingCapacity: true) }
      return state.waiting.map(\.value)
    }
  }
}
