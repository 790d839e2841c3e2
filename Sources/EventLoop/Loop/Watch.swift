import CLinux

/// The events that a descriptor is watched for, or that the kernel has reported for it.
package struct IOEvents: OptionSet, Sendable {
  /// The bits of `epoll_event.events`.
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Bytes to read, a connection to accept, or the end of the stream.
  package static let read = IOEvents(rawValue: EPOLLIN.rawValue)
  /// Room to write.
  package static let write = IOEvents(rawValue: EPOLLOUT.rawValue)
  /// An error or a hang-up; the kernel reports it even when it is not asked for.
  package static let failed = IOEvents(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
  /// Wakes one of the loops that watch a shared listener instead of all. epoll allows it only when
  /// a watch is added, not when it is changed.
  package static let exclusive = IOEvents(rawValue: EPOLLEXCLUSIVE.rawValue)
}

/// Called on its loop when a descriptor is ready.
package protocol Watcher: AnyObject {
  /// Called in each turn in which the descriptor is ready for one of `events`.
  func ready(_ events: IOEvents)
}

/// A descriptor that a loop watches until the watch is cancelled. Closing the descriptor is the
/// owner's task.
package final class Watch {
  let descriptor: Int32
  let token: UInt64
  private(set) var watcher: (any Watcher)?
  private let loop: EventLoop
  private var interest: IOEvents

  init(
    descriptor: Int32, token: UInt64, interest: IOEvents, watcher: any Watcher, loop: EventLoop
  ) {
    self.descriptor = descriptor
    self.token = token
    self.interest = interest
    self.watcher = watcher
    self.loop = loop
  }

  /// Watches for `interest` from now on; makes no system call when that is what it does already.
  package func change(to interest: IOEvents) {
    guard watcher != nil, interest != self.interest else { return }
    self.interest = interest
    loop.modify(self, interest: interest)
  }

  /// Ends the watch; the watcher is not called again, not even in the current turn.
  package func cancel() {
    guard watcher != nil else { return }
    watcher = nil
    loop.remove(self)
  }
}
