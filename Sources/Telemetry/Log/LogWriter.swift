import EventLoop
import Glibc

/// A thread that writes lines, so that no loop waits for a slow or stopped reader of the log.
final class LogWriter: @unchecked Sendable {
  /// How many bytes may wait for the reader. Lines beyond that are dropped and counted.
  static let pendingBytesMax = 1 << 20

  private let descriptor: Int32
  private let format: LogOptions.Format
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let ended = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var pending: [UInt8] = []
  private var lost = 0
  private var closing = false
  private var hasEnded = false

  init(descriptor: Int32, format: LogOptions.Format) {
    self.descriptor = descriptor
    self.format = format
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
    pthread_cond_init(ended, nil)
    guard let thread = SystemThread({ [self] in run() }) else {
      preconditionFailure("no thread left for the log")
    }
    thread.detach()
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    pthread_cond_destroy(ended)
    mutex.deallocate()
    changed.deallocate()
    ended.deallocate()
  }

  func append(_ lines: [UInt8]) {
    pthread_mutex_lock(mutex)
    let wasEmpty = pending.isEmpty
    if pending.count + lines.count <= Self.pendingBytesMax {
      pending.append(contentsOf: lines)
    } else {
      lost += 1
    }
    pthread_mutex_unlock(mutex)
    // Signalled after the lock is released, because the thread that wakes up takes it at once.
    if wasEmpty { pthread_cond_signal(changed) }
  }

  /// Waits until everything is written, but no longer than `seconds`: the reader may have stopped
  /// reading.
  func close(within seconds: Int = 2) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    closing = true
    pthread_cond_signal(changed)
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += seconds
    while !hasEnded, pthread_cond_timedwait(ended, mutex, &deadline) != ETIMEDOUT {}
  }

  private func run() {
    while let lines = next() { write(lines) }
    pthread_mutex_lock(mutex)
    hasEnded = true
    pthread_cond_broadcast(ended)
    pthread_mutex_unlock(mutex)
  }

  /// The lines that are to be written; waits for some, and returns nil when the log has ended.
  private func next() -> [UInt8]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while pending.isEmpty, lost == 0, !closing { pthread_cond_wait(changed, mutex) }
    defer {
      pending = []
      lost = 0
    }
    if lost > 0 {
      pending += format.line(
        .warning, "the log is read too slowly", ["log_writes_lost": "\(lost)"])
    }
    return pending.isEmpty ? nil : pending
  }

  private func write(_ lines: [UInt8]) {
    var rest = lines[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        // Nobody reads any more, or the disk is full; there is nowhere to report that.
        guard errno == EINTR || errno == EAGAIN else { return }
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&room, 1, -1)
        continue
      }
      rest = rest.dropFirst(count)
    }
  }
}
