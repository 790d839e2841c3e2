package import JSON
package import Orders

extension Timestamp {
  /// As every contract writes it: `2026-01-01T10:00:00.000Z`.
  package var rfc3339: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the moment as every contract writes it.
  func append(to bytes: inout [UInt8]) {
    let parts = parts
    bytes.append(addingCapacity: 24) { output in
      output.append(max(0, min(9_999, parts.year)), digits: 4, then: "-")
      output.append(parts.month, digits: 2, then: "-")
      output.append(parts.day, digits: 2, then: "T")
      output.append(parts.hour, digits: 2, then: ":")
      output.append(parts.minute, digits: 2, then: ":")
      output.append(parts.second, digits: 2, then: ".")
      output.append(parts.millisecond, digits: 3, then: "Z")
    }
  }
}

extension OutputSpan<UInt8> {
  /// Appends a number with leading zeros, and the separator after it.
  fileprivate mutating func append(_ value: Int, digits: Int, then separator: Unicode.Scalar) {
    let start = count
    append(repeating: UInt8(ascii: "0"), count: digits)
    var rest = value
    for place in stride(from: start + digits - 1, through: start, by: -1) {
      self[place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    append(UInt8(ascii: separator))
  }
}

extension JSONObjectWriter {
  /// Writes a moment.
  package mutating func moment(_ key: JSONKey, _ moment: Timestamp?) {
    guard let moment else { return null(key) }
    plain(key) { moment.append(to: &$0) }
  }
}

extension Timestamp {
  /// The moment that examples show.
  static let sample = Timestamp(rfc3339: "2026-01-01T10:00:00.000Z")!
}
