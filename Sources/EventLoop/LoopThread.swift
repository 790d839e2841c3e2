import CLinux
import Glibc

/// A loop on a thread of its own.
package struct LoopThread: Sendable {
  /// The loop that runs on the thread.
  package let loop: EventLoop
  private let thread: pthread_t

  /// Starts the thread; its loop is ready for `execute` at once.
  package init(name: String, loop: EventLoop = EventLoop()) {
    self.loop = loop
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(loop).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<EventLoop>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument)
    precondition(result == 0, "no thread left for an event loop")
    pthread_setname_np(thread, String(name.prefix(15)))
    self.thread = thread
  }

  /// Ends the loop and waits for its thread.
  package func stop() {
    loop.stop()
    pthread_join(thread, nil)
  }
}
