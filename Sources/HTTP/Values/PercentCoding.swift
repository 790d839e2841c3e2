/// Percent-encoding of path segments and query parts (RFC 3986 section 2.1).
package enum PercentCoding {
  package enum Failure: Error, Hashable, Sendable {
    /// A percent sign without two hexadecimal digits after it.
    case badEscape
    case notUTF8
    /// The decoded text contains a NUL, which PostgreSQL cannot store.
    case nul
  }

  /// Decodes one path segment. A plus sign stays a plus sign.
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

  /// Encodes one path segment or query part. Everything but unreserved characters is escaped, and
  /// `.` and `..` are escaped whole, because as segments they would change the path (RFC 3986
  /// section 3.3).
  package static func encode(_ text: String) -> String {
    var out: [UInt8] = []
    let isDotSegment = text == "." || text == ".."
    for byte in text.utf8 {
      if ByteSet.unreserved.contains(byte), !isDotSegment {
        out.append(byte)
      } else {
        out.append(percentEncoded: byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension [UInt8] {
  mutating func append(percentEncoded byte: UInt8) {
    append(ASCII.percent)
    for digit in [byte >> 4, byte & 0xF] {
      append(digit < 10 ? ASCII.zero + digit : 0x37 + digit)
    }
  }
}
