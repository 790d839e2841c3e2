import CLinux

/// What a descriptor is watched for, or was found ready for.
package struct Readiness: OptionSet, Sendable {
  /// The bits as epoll knows them.
  package let rawValue: UInt32

  /// Readiness from epoll's own bits.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Bytes to read, a connection to accept, or the end of the stream.
  package static let read = Readiness(rawValue: EPOLLIN.rawValue)
  /// Room to write.
  package static let write = Readiness(rawValue: EPOLLOUT.rawValue)
  /// The peer has closed its writing half.
  package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
  /// An error or hang-up; reported whether asked for or not.
  package static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
  /// One loop of those that watch a shared listener is woken, not all. Only for a first interest.
  package static let exclusive = Readiness(rawValue: EPOLLEXCLUSIVE.rawValue)
}

/// Told on its loop when its descriptor is ready.
package protocol Watcher: AnyObject {
  /// The descriptor is ready for what is named; asked again each turn until it is not.
  func ready(_ readiness: Readiness)
}

/// A descriptor on a loop's watch list, until cancelled. Closing the descriptor is the owner's.
package final class Watch {
  let descriptor: Int32
  let token: UInt64
  private(set) var watcher: (any Watcher)?
  private let loop: EventLoop
  private var interest: Readiness

  init(
    descriptor: Int32, token: UInt64, interest: Readiness, watcher: any Watcher, loop: EventLoop
  ) {
    self.descriptor = descriptor
    self.token = token
    self.interest = interest
    self.watcher = watcher
    self.loop = loop
  }

  /// Watches for `interest` from now on; free when nothing changes.
  package func change(to interest: Readiness) {
    guard watcher != nil, interest != self.interest else { return }
    self.interest = interest
    loop.modify(self, interest: interest)
  }

  /// Ends the watch; no further call reaches the watcher, not even from the turn under way.
  package func cancel() {
    guard watcher != nil else { return }
    watcher = nil
    loop.remove(self)
  }
}
