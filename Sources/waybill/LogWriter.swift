import Glibc

/// A thread that writes lines, so that a slow or stopped reader of the log never holds a loop.
final class LogWriter: @unchecked Sendable {
  /// What may wait for the reader, in bytes; what comes above it is counted and lost.
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
    let argument = Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<LogWriter>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument)
    pthread_detach(thread)
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
    // Signalled behind the lock: the thread that wakes up wants it at once.
    if wasEmpty { pthread_cond_signal(changed) }
  }

  /// Waits until all is written, but not for a reader that has stopped reading.
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

  /// The lines that gathered; waits for some, and gives nil when the log has ended.
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
        .now, .warning, "the log is read too slowly", ["log_writes_lost": "\(lost)"])
    }
    return pending.isEmpty ? nil : pending
  }

  private func write(_ lines: [UInt8]) {
    var rest = lines[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        // Nobody reads any more, or the disk is full: there is nowhere left to say so.
        guard errno == EINTR || errno == EAGAIN else { return }
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&room, 1, -1)
        continue
      }
      rest = rest.dropFirst(count)
    }
  }
}
