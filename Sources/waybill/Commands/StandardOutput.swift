import Glibc
import Synchronization

/// What a command prints. The command fails when that cannot be written.
enum StandardOutput {
  /// Whether it was closed when the program was started.
  private static let wasClosed = Atomic(false)

  static func startedClosed() { wasClosed.store(true, ordering: .relaxed) }

  static var isTerminal: Bool { isatty(1) == 1 }

  static func write(_ text: String) throws(OutputError) { try write(Array(text.utf8)) }

  static func write(_ bytes: [UInt8]) throws(OutputError) {
    guard !wasClosed.load(ordering: .relaxed) else { throw OutputError(code: EBADF) }
    try OutputError.writing(to: 1, bytes)
  }
}

struct OutputError: Error, Equatable, CustomStringConvertible {
  let code: Int32
  /// The file, if it is not standard output.
  var path: String?

  var description: String {
    let output = path ?? "the output"
    return "\(output) cannot be written (\(String(cString: strerror(code)))): look where it goes"
  }

  /// Writes all bytes, however long that takes.
  static func writing(
    to descriptor: Int32, _ bytes: [UInt8], path: String? = nil
  ) throws(OutputError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR || errno == EAGAIN else { throw OutputError(code: errno, path: path) }
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&room, 1, -1)
        continue
      }
      rest = rest.dropFirst(count)
    }
  }
}
