import Glibc

/// The variables the process was started with.
struct Environment {
  let values: [String: String]
  /// The names of those whose value is not UTF-8.
  let illegibleNames: Set<String>

  init(_ values: [String: String]) {
    self.values = values
    illegibleNames = []
  }

  /// Reads `NAME=VALUE` entries, each by itself: one that is not text says nothing about others.
  init(entries: [[UInt8]]) {
    var values: [String: String] = [:]
    var illegibleNames: Set<String> = []
    for entry in entries {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      if let value = String(validating: entry[(equals + 1)...], as: UTF8.self) {
        values[name] = value
      } else {
        illegibleNames.insert(name)
      }
    }
    self.values = values
    self.illegibleNames = illegibleNames
  }

  /// The process's own, all of them: an unknown name is a mistake worth stopping for.
  static func ofProcess() -> Environment {
    var entries: [[UInt8]] = []
    var next = environ
    while let entry = next.pointee {
      entries.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
      next += 1
    }
    return Environment(entries: entries)
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
