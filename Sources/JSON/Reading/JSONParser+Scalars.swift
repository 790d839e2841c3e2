extension JSONParser {
  /// Checks a number's syntax; the text is converted when it is read, because only then the type is
  /// known.
  mutating func number(_ bytes: Span<UInt8>) throws(JSONError.Reason) -> JSONNode {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    if at < bytes.count, bytes[at] == UInt8(ascii: "0") {
      at += 1
      if at < bytes.count, isDigit(bytes[at]) { throw .leadingZero }
    } else {
      try digits(bytes)
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      try digits(bytes)
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
        at += 1
      }
      try digits(bytes)
    }
    return JSONNode(.number, offset: start, extent: at - start)
  }

  private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError.Reason) {
    let start = at
    while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    guard at > start else { throw at < bytes.count ? .invalidNumber : .endOfInput }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// Reads the string whose opening quote is at `at`.
  mutating func string(_ bytes: Span<UInt8>) throws(JSONError.Reason) -> JSONNode {
    let start = at + 1
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        at = index + 1
        return JSONNode(.string, offset: start, extent: index - start)
      }
      if byte < 0x20 || byte == UInt8(ascii: "\\") || byte >= 0x80 { break }
      index += 1
    }
    at = index
    return try longString(bytes, from: start)
  }

  /// Continues a string at its first byte that is not plain ASCII.
  private mutating func longString(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(JSONError.Reason) -> JSONNode {
    // After the first escape the text is shorter than the input, so the following bytes are moved.
    var end = at
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return JSONNode(.string, offset: start, extent: end - start)
      case UInt8(ascii: "\\"):
        let scalar = try escape(bytes)
        for unit in UTF8.encode(scalar).unsafelyUnwrapped {
          tape.text[end] = unit
          end += 1
        }
      case 0:
        throw .nulCharacter
      case ..<0x20:
        throw .controlCharacter
      default:
        let length = try scalarLength(bytes)
        if end != at {
          for position in at..<at + length {
            tape.text[end + position - at] = bytes[position]
          }
        }
        end += length
        at += length
      }
    }
    throw .endOfInput
  }

  /// The length in bytes of the scalar at `at`, by Unicode's table of well-formed UTF-8.
  private func scalarLength(_ bytes: Span<UInt8>) throws(JSONError.Reason) -> Int {
    var second: ClosedRange<UInt8> = 0x80...0xBF
    let length: Int
    switch bytes[at] {
    case ..<0x80: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)  // below: overlong
    case 0xED: (length, second) = (3, 0x80...0x9F)  // above: surrogates
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)  // below: overlong
    case 0xF4: (length, second) = (4, 0x80...0x8F)  // above: past U+10FFFF
    case 0xF1...0xF3: length = 4
    default: throw .invalidUTF8
    }
    guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { throw .invalidUTF8 }
    for position in at + 2..<max(at + length, at + 2) where bytes[position] & 0xC0 != 0x80 {
      throw .invalidUTF8
    }
    return length
  }

  private mutating func escape(_ bytes: Span<UInt8>) throws(JSONError.Reason) -> Unicode.Scalar {
    guard at + 1 < bytes.count else {
      at = bytes.count
      throw .endOfInput
    }
    let scalar: Unicode.Scalar
    switch bytes[at + 1] {
    case UInt8(ascii: "\""): scalar = "\""
    case UInt8(ascii: "\\"): scalar = "\\"
    case UInt8(ascii: "/"): scalar = "/"
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(bytes)
    default: throw .invalidEscape
    }
    at += 2
    return scalar
  }

  private mutating func unicodeEscape(
    _ bytes: Span<UInt8>
  ) throws(JSONError.Reason) -> Unicode.Scalar {
    let unit = try fourDigits(bytes, from: at)
    if let scalar = Unicode.Scalar(unit) {
      guard unit != 0 else { throw .nulCharacter }
      at += 6
      return scalar
    }
    // It is a surrogate; a high one must be followed by a low one.
    guard unit < 0xDC00, at + 7 < bytes.count, bytes[at + 6] == UInt8(ascii: "\\"),
      bytes[at + 7] == UInt8(ascii: "u")
    else { throw .loneSurrogate }
    let low = try fourDigits(bytes, from: at + 6)
    guard low & 0xFC00 == 0xDC00 else { throw .loneSurrogate }
    at += 12
    let code = 0x1_0000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)
    return Unicode.Scalar(code).unsafelyUnwrapped
  }

  /// The value of the four hexadecimal digits of the `\u` escape at `start`.
  private mutating func fourDigits(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(JSONError.Reason) -> UInt32 {
    var value: UInt32 = 0
    for position in start + 2..<start + 6 {
      guard position < bytes.count else {
        at = bytes.count
        throw .endOfInput
      }
      let byte = bytes[position]
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x61 + 10)
      default: throw .invalidEscape
      }
    }
    return value
  }
}
