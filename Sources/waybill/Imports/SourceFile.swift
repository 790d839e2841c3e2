import Glibc
import OrderAPI
import OrderStore

/// The file that is imported. It is read several times, so what comes from a pipe is kept in a
/// temporary file.
final class SourceFile: Sendable {
  private static let chunk = 262_144

  /// As the user named it; `-` is standard input.
  let name: String
  let bytes: Int
  let sha256: [UInt8]
  private let descriptor: Int32

  /// Opens the file and reads it once, for its digest.
  init(_ name: String) throws {
    self.name = name
    if name != "-" { descriptor = open(name, O_RDONLY | O_CLOEXEC) } else { descriptor = dup(0) }
    guard descriptor >= 0 else { throw SourceError(name, errno) }
    let digest = RunningDigest()
    var status = stat()
    fstat(descriptor, &status)
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    let spool = isRegular ? nil : try temporaryFile()
    defer { if let spool { close(spool) } }
    var count = 0
    var buffer = [UInt8](repeating: 0, count: Self.chunk)
    while true {
      let length =
        isRegular
        ? pread(descriptor, &buffer, buffer.count, count)
        : Glibc.read(descriptor, &buffer, buffer.count)
      guard length != -1 || errno != EINTR else { continue }
      guard length >= 0 else { throw SourceError(name, errno) }
      guard length > 0 else { break }
      buffer.withUnsafeBytes { digest.append(.init(rebasing: $0[..<length])) }
      if let spool {
        try OutputError.writing(to: spool, Array(buffer[..<length]), path: "the temporary file")
      }
      count += length
    }
    bytes = count
    sha256 = digest.finish()
    if let spool { dup2(spool, descriptor) }
  }

  deinit { close(descriptor) }

  /// Reads at a position; returns how many bytes, 0 at the end.
  func read(at position: Int, into buffer: inout [UInt8]) throws(SourceError) -> Int {
    while true {
      let count = pread(descriptor, &buffer, buffer.count, position)
      if count >= 0 { return count }
      guard errno == EINTR else { throw SourceError(name, errno) }
    }
  }

  /// The form that the name says, or else the first byte.
  func guessedFormat() throws(SourceError) -> ImportFormat {
    if name.hasSuffix(".csv") { return .csv }
    if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") { return .ndjson }
    var first: [UInt8] = [0]
    _ = try read(at: 0, into: &first)
    return first[0] == UInt8(ascii: "{") ? .ndjson : .csv
  }
}

/// Why the file cannot be read.
struct SourceError: Error, CustomStringConvertible {
  let description: String

  init(_ name: String, _ code: Int32) {
    let file = name == "-" ? "standard input" : name
    description =
      "\(file) cannot be read (\(String(cString: strerror(code)))): check its name and mode"
  }
}

/// A file without a name, in the folder for such files; it ends with the process.
func temporaryFile() throws -> Int32 {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
  var path = Array("\(folder)/waybill-import.XXXXXX".utf8CString)
  let descriptor = mkstemp(&path)
  guard descriptor >= 0 else { throw OutputError(code: errno, path: folder) }
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  unlink(path)
  return descriptor
}
