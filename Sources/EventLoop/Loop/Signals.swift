import CLinux
import Glibc

/// Receives signals as events of a loop, in the order in which they arrive.
package final class Signals: Watcher {
  private let descriptor: Int32
  private var watch: Watch?
  private let received: (Int32) -> Void

  /// Blocks `signals`, so that they do not end the process. To be called before any thread is
  /// created: every thread inherits the mask.
  package static func block(_ signals: [Int32]) {
    var set = mask(of: signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Calls `received` on `loop` for each of `signals`, which `block` has blocked before.
  package init(_ signals: [Int32], on loop: EventLoop, received: @escaping (Int32) -> Void) {
    self.received = received
    var set = Self.mask(of: signals)
    descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    precondition(descriptor >= 0, "no descriptor left for signals")
    watch = loop.watch(descriptor, for: .read, self)
  }

  package func cancel() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    close(descriptor)
  }

  package func ready(_ events: IOEvents) {
    var info = signalfd_siginfo()
    while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
      received(Int32(info.ssi_signo))
    }
  }

  private static func mask(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
  }
}
