package import JSON
package import Orders

extension Timestamp {
  /// As every contract writes it: `2026-01-01T10:00:00.000Z`.
  package var rfc3339: String {
    let bytes = [UInt8](capacity: Self.textLength) { append(to: &$0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How many characters a moment has.
  fileprivate static let textLength = 24

  /// Appends the moment as every contract writes it.
  fileprivate func append(to text: inout OutputSpan<UInt8>) {
    let parts = parts
    let year = max(0, min(9_999, parts.year))
    text.append(twoDigitsOf: year / 100)
    text.append(twoDigitsOf: year % 100, then: "-")
    text.append(twoDigitsOf: parts.month, then: "-")
    text.append(twoDigitsOf: parts.day, then: "T")
    text.append(twoDigitsOf: parts.hour, then: ":")
    text.append(twoDigitsOf: parts.minute, then: ":")
    text.append(twoDigitsOf: parts.second, then: ".")
    text.append(twoDigitsOf: parts.millisecond / 10)
    text.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: parts.millisecond % 10))
    text.append(UInt8(ascii: "Z"))
  }
}

extension OutputSpan<UInt8> {
  /// Appends a number below 100, and the separator after it.
  @inline(__always)
  fileprivate mutating func append(twoDigitsOf value: Int, then separator: Unicode.Scalar? = nil) {
    append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10))
    append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10))
    if let separator { append(UInt8(ascii: separator)) }
  }
}

extension JSONObjectWriter {
  /// Writes a moment.
  package mutating func moment(_ key: JSONKey, _ moment: Timestamp?) {
    guard let moment else { return null(key) }
    plain(key, upTo: Timestamp.textLength) { moment.append(to: &$0) }
  }
}

extension Timestamp {
  /// The moment that examples show.
  static let sample = Timestamp(rfc3339: "2026-01-01T10:00:00.000Z")!
}
