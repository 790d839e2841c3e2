/// A loop on a thread of its own.
package struct LoopThread: Sendable {
  /// The loop that runs on the thread.
  package let loop: EventLoop
  private let thread: SystemThread

  /// Starts the thread; its loop is ready for `execute` at once.
  package init(name: String, loop: EventLoop = EventLoop()) {
    self.loop = loop
    guard let thread = SystemThread(name: name, { loop.run() }) else {
      fatalError("no thread left for an event loop")
    }
    self.thread = thread
  }

  /// Ends the loop and waits for its thread.
  package func stop() {
    loop.stop()
    thread.join()
  }
}
