import CLinux
import Glibc

/// A thread of the operating system, for calls that block. It is either joined or detached, once.
package struct SystemThread: @unchecked Sendable {
  private let handle: pthread_t

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts the thread; nil when the system has none left.
  package init?(name: String? = nil, _ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Body(body))
    let code = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      return nil
    }
    // Linux keeps 15 bytes of a thread's name.
    if let name { pthread_setname_np(thread, String(name.prefix(15))) }
    handle = thread
  }

  /// Waits for the end of the thread. Called on the thread itself it cannot wait, and detaches.
  package func join() {
    guard pthread_equal(pthread_self(), handle) == 0 else { return detach() }
    pthread_join(handle, nil)
  }

  /// Lets the thread end by itself.
  package func detach() { pthread_detach(handle) }
}
