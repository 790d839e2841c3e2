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

  /// Reads `NAME=VALUE` entries. One that is not text does not affect the others.
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

  /// All variables of the process, because an unknown `WAYBILL_` name stops the start.
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
