import EventLoop

/// A thread for calls that block.
package struct Thread {
  private let thread: SystemThread

  package init(_ body: @escaping @Sendable () -> Void) {
    guard let thread = SystemThread(body) else { fatalError("no thread left for a test") }
    self.thread = thread
  }

  package func join() { thread.join() }
}
