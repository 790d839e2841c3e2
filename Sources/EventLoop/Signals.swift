import CLinux
import Glibc

/// Signals as events of a loop, in the order they come.
package final class Signals: Watcher {
  private let descriptor: Int32
  private var watch: Watch?
  private let received: (Int32) -> Void

  /// Keeps `signals` from ending the process; call it before any thread is made, so that every
  /// thread inherits the mask.
  package static func block(_ signals: [Int32]) {
    var set = mask(of: signals)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Hands each of `signals` (blocked before) to `received`, on `loop`.
  package init(_ signals: [Int32], on loop: EventLoop, received: @escaping (Int32) -> Void) {
    self.received = received
    var set = Self.mask(of: signals)
    descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    precondition(descriptor >= 0, "no descriptor left for signals")
    watch = loop.watch(descriptor, for: .read, self)
  }

  /// Stops listening.
  package func cancel() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    close(descriptor)
  }

  /// Reads what has come.
  package func ready(_ readiness: Readiness) {
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
