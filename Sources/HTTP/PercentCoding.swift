/// Percent-encoding of path segments and query parts (RFC 3986 section 2.1).
package enum PercentCoding {
  /// Why text could not be decoded.
  package enum Failure: Error, Hashable, Sendable {
    /// A percent sign without two hexadecimal digits behind it.
    case badEscape
    /// The decoded bytes are not UTF-8.
    case notUTF8
    /// The decoded text holds a NUL, which no text in the database can.
    case nul
  }

  /// The text that `bytes`, one path segment, stand for. A plus sign is a plus sign.
  package static func decode(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
    try decode(bytes, plusIsSpace: false)
  }

  static func decode(
    _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool
  ) throws(Failure) -> String {
    let plain = !bytes.contains { $0 == ASCII.percent || $0 == ASCII.plus || $0 == 0 }
    return try text(plain ? bytes : unescape(bytes, plusIsSpace: plusIsSpace)[...])
  }

  private static func unescape(
    _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool
  ) throws(Failure) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == ASCII.percent {
        guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
          throw .badEscape
        }
        decoded.append(high << 4 | low)
      } else {
        decoded.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
      }
    }
    if decoded.contains(0) { throw .nul }
    return decoded
  }

  private static func text(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    return text
  }

  /// `text` as one path segment or query part: everything but unreserved characters is escaped,
  /// and of segments that would be steps to elsewhere (RFC 3986 section 3.3) those too.
  package static func encode(_ text: String) -> String {
    var out: [UInt8] = []
    let isStep = text == "." || text == ".."
    for byte in text.utf8 {
      if ByteSet.unreserved.contains(byte), !isStep {
        out.append(byte)
      } else {
        out.append(percentEncoded: byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends `%XX`.
  mutating func append(percentEncoded byte: UInt8) {
    append(ASCII.percent)
    for digit in [byte >> 4, byte & 0xF] {
      append(digit < 10 ? ASCII.zero + digit : 0x37 + digit)
    }
  }
}
