package import Orders
import Synchronization

/// Callbacks that came in, kept until somebody looks: each order once, however often it is called,
/// and only so many. Any thread may add; what is lost here is found by the regular looks.
package final class ProcessHints: Sendable {
  /// How many orders are kept; with ids of the most characters that is 2 MB.
  static let countMax = 1_024

  private struct State {
    var waiting: Set<OrderReference> = []
    var wakeUp: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// No hints so far.
  package init() {}

  /// Has `wakeUp` called whenever there is a first hint to take, on the thread that added it.
  package func onFirst(_ wakeUp: @escaping @Sendable () -> Void) {
    state.withLock { $0.wakeUp = wakeUp }
  }

  /// Keeps the hint that something may have happened to an order.
  package func add(_ reference: OrderReference) {
    let wakeUp = state.withLock { state in
      let isFirst = state.waiting.isEmpty
      if state.waiting.count < Self.countMax { state.waiting.insert(reference) }
      return isFirst ? state.wakeUp : nil
    }
    wakeUp?()
  }

  /// Hands over all that came in.
  package func take() -> [String] {
    state.withLock { state in
      defer { state.waiting.removeAll(keepingCapacity: true) }
      return state.waiting.map(\.value)
    }
  }
}
