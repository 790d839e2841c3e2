import Glibc

/// The variables the process was started with.
struct Environment {
  let values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  /// The process's own, all of them: an unknown name is a mistake worth stopping for.
  static func ofProcess() -> Environment {
    var values: [String: String] = [:]
    for entry in (readFile("/proc/self/environ") ?? "").split(separator: "\0") {
      guard let equals = entry.firstIndex(of: "=") else { continue }
      values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
    }
    return Environment(values)
  }
}

/// The text of a small file, or nil when it cannot be read.
func readFile(_ path: String, bytesMax: Int = 1 << 20) -> String? {
  readBytes(path, bytesMax: bytesMax).flatMap { String(validating: $0, as: UTF8.self) }
}

/// What a small file holds, or nil when it cannot be read.
func readBytes(_ path: String, bytesMax: Int = 1 << 20) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16_384)
  while bytes.count < bytesMax {
    let count = read(descriptor, &chunk, chunk.count)
    guard count >= 0 else { return nil }
    guard count > 0 else { break }
    bytes.append(contentsOf: chunk[..<count])
  }
  return bytes
}
