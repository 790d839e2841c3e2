/// A thread that runs an event loop.
package struct LoopThread: Sendable {
  package let loop: EventLoop
  private let thread: SystemThread

  /// Starts the thread; the loop accepts `execute` at once.
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
