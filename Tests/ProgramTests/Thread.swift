import EventLoop

/// A thread for calls that block.
struct Thread {
  private let thread: SystemThread

  init(_ body: @escaping @Sendable () -> Void) {
    guard let thread = SystemThread(body) else { fatalError("no thread left for a test") }
    self.thread = thread
  }

  func join() { thread.join() }
}
