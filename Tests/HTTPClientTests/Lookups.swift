import Glibc
import Synchronization

/// What a test's name service was asked, and whether it may answer.
final class Lookups: @unchecked Sendable {
  private let log = Mutex<[String]>([])
  private let gate = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(gate, 0, 0) }

  deinit {
    sem_destroy(gate)
    gate.deallocate()
  }

  var hosts: [String] { log.withLock { $0 } }

  func add(_ host: String) { log.withLock { $0.append(host) } }

  func open() { sem_post(gate) }

  /// Blocks the calling thread, as the C library's lookup does.
  func waitUntilOpen() {
    sem_wait(gate)
    // The gate stays open for those who come later.
    sem_post(gate)
  }
}
