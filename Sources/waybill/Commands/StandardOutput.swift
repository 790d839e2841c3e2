import Glibc
import Synchronization

/// What a command prints. The command fails when that cannot be written.
enum StandardOutput {
  /// Whether it was closed when the program was started.
  private static let wasClosed = Atomic(false)

  static func startedClosed() { wasClosed.store(true, ordering: .relaxed) }

  static var isTerminal: Bool { isatty(1) == 1 }

  static func write(_ text: String) throws(OutputError) {
    guard !wasClosed.load(ordering: .relaxed) else { throw OutputError(code: EBADF) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR || errno == EAGAIN else { throw OutputError(code: errno) }
        var room = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
        poll(&room, 1, -1)
        continue
      }
      rest = rest.dropFirst(count)
    }
  }
}

struct OutputError: Error, Equatable, CustomStringConvertible {
  let code: Int32

  var description: String {
    "the output cannot be written (\(String(cString: strerror(code)))): look where it goes"
  }
}
