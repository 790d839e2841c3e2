import EventLoop
import Synchronization

/// What one server has of the connections of a listener that several servers accept from.
final class ListenerShare: Sendable {
  /// The connections that are open, and those that another server has passed on to this one.
  private let connections = Atomic(0)
  /// Gives a connection to the server; from any thread.
  let give: @Sendable (_ descriptor: Int32, _ peer: SocketAddress) -> Void

  init(give: @escaping @Sendable (_ descriptor: Int32, _ peer: SocketAddress) -> Void) {
    self.give = give
  }

  var count: Int { connections.load(ordering: .relaxed) }

  func add() { connections.add(1, ordering: .relaxed) }
  func subtract() { connections.subtract(1, ordering: .relaxed) }
}

/// The shares of all servers that accept from a listener.
///
/// The kernel wakes whichever loop waits, and a loop that runs already accepts most of the
/// connections that come at the same moment. So of a client's pool of connections, which are kept,
/// one loop could get all and the others none.
struct ListenerShares: ~Copyable {
  private let shares = Mutex<[ListenerShare]>([])

  func join(_ share: ListenerShare) { shares.withLock { $0.append(share) } }

  /// True for the last one that leaves. No connection is passed on to it from now on.
  func leave(_ share: ListenerShare) -> Bool {
    shares.withLock { shares in
      shares.removeAll { $0 === share }
      return shares.isEmpty
    }
  }

  var areSeveral: Bool { shares.withLock { $0.count > 1 } }

  /// How many connections each server has, in the order in which they began to accept.
  var counts: [Int] { shares.withLock { $0.map(\.count) } }

  /// Passes a connection on to the server that has the fewest. False when none has fewer than the
  /// one that has accepted it; then it is counted there.
  func passOn(_ descriptor: Int32, from peer: SocketAddress, by accepting: ListenerShare) -> Bool {
    shares.withLock { shares in
      guard let least = shares.min(by: { $0.count < $1.count }), least.count < accepting.count
      else {
        accepting.add()
        return false
      }
      least.add()
      // Under the lock: a server that has left is given nothing after that.
      least.give(descriptor, peer)
      return true
    }
  }
}
