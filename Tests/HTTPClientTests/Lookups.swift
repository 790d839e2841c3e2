import Glibc
import Synchronization

/// What a test's name service was asked, and whether it may answer.
final class Lookups: Sendable {
  private let log = Mutex<[String]>([])
  private let isOpen = Atomic(false)

  var hosts: [String] { log.withLock { $0 } }

  func add(_ host: String) { log.withLock { $0.append(host) } }

  func open() { isOpen.store(true, ordering: .releasing) }

  /// Blocks the calling thread, as the C library's lookup does.
  func waitUntilOpen() {
    while !isOpen.load(ordering: .acquiring) { usleep(1_000) }
  }
}
