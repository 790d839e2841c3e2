/// Writes each kind of value as bytes; the writers add keys and commas.
extension [UInt8] {
  mutating func appendJSON(object write: (inout JSONObjectWriter) -> Void) {
    append(UInt8(ascii: "{"))
    var writer = JSONObjectWriter(taken())
    write(&writer)
    swap(&self, &writer.bytes)
    append(UInt8(ascii: "}"))
  }

  mutating func appendJSON(array write: (inout JSONArrayWriter) -> Void) {
    append(UInt8(ascii: "["))
    var writer = JSONArrayWriter(taken())
    write(&writer)
    swap(&self, &writer.bytes)
    append(UInt8(ascii: "]"))
  }

  /// Moves the bytes out, so that the writer holds the only reference and appends without copying.
  mutating func taken() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &self)
    return taken
  }

  /// Appends a comma, unless the container has just been opened.
  mutating func separateJSON(after open: UInt8) {
    if last != open { append(UInt8(ascii: ",")) }
  }

  /// Appends a key and its colon, after a comma if one is needed.
  mutating func appendJSON(key: JSONKey) {
    switch key {
    case .literal(let name):
      let isFirst = last == UInt8(ascii: "{")
      name.withUTF8Buffer { name in
        assert(name.allSatisfy { !Self.needsEscape($0) }, "a key that needs escapes is JSONKey(_:)")
        // One capacity check, not one for each byte.
        append(addingCapacity: name.count + 4) { output in
          if !isFirst { output.append(UInt8(ascii: ",")) }
          output.append(UInt8(ascii: "\""))
          output.append(name)
          output.append(UInt8(ascii: "\""))
          output.append(UInt8(ascii: ":"))
        }
      }
    case .text(let name):
      separateJSON(after: UInt8(ascii: "{"))
      appendJSON(string: name)
      append(UInt8(ascii: ":"))
    }
  }

  mutating func appendJSON(plain word: StaticString) {
    word.withUTF8Buffer { append(contentsOf: $0) }
  }

  mutating func appendJSON(boolean value: Bool?) {
    switch value {
    case true?: appendJSON(plain: "true")
    case false?: appendJSON(plain: "false")
    case nil: appendJSON(plain: "null")
    }
  }

  mutating func appendJSON(raw value: some Collection<UInt8>) {
    precondition(!value.isEmpty, "an empty sequence of bytes is not a JSON value")
    append(contentsOf: value)
  }

  mutating func appendJSON(integer value: Int64?) {
    guard let value else { return appendJSON(boolean: nil) }
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDigits(of: value.magnitude)
  }

  mutating func appendJSON(money value: Int64?) {
    guard let value else { return appendJSON(boolean: nil) }
    appendJSON(minor: value, fractionDigits: 2)
  }

  /// Appends a decimal that is given in minor units: 2110 with two fraction digits as `21.10`.
  mutating func appendJSON(minor value: Int64, fractionDigits: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDigits(of: value.magnitude, atLeast: fractionDigits + 1)
    if fractionDigits > 0 { insert(UInt8(ascii: "."), at: count - fractionDigits) }
  }

  private mutating func appendDigits(of value: UInt64, atLeast minimum: Int = 1) {
    var length = 1
    var rest = value / 10
    while rest > 0 {
      length += 1
      rest /= 10
    }
    length = Swift.max(length, minimum)
    append(addingCapacity: length) { output in
      output.append(repeating: UInt8(ascii: "0"), count: length)
      rest = value
      while rest > 0 {
        length -= 1
        output[length] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
  }

  /// Appends a string in quotes, with only the escapes that RFC 8259 requires.
  ///
  /// U+2028 and U+2029 are not escaped: they are plain characters in JSON, and this JSON is never
  /// embedded in a script.
  mutating func appendJSON(string value: String?) {
    guard var value else { return appendJSON(boolean: nil) }
    value.withUTF8 { text in
      if Self.needsEscape(text) {
        append(UInt8(ascii: "\""))
        appendEscaped(text)
        append(UInt8(ascii: "\""))
      } else {
        append(addingCapacity: text.count + 2) { output in
          output.append(UInt8(ascii: "\""))
          output.append(text)
          output.append(UInt8(ascii: "\""))
        }
      }
    }
  }

  /// Whether any byte needs an escape. Does not stop at the first, so that the compiler can use
  /// vector instructions.
  private static func needsEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.reduce(0 as UInt8) { $0 | (needsEscape($1) ? 1 : 0) } != 0
  }

  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var plain = 0
    for index in text.indices {
      let byte = text[index]
      guard Self.needsEscape(byte) else { continue }
      append(contentsOf: text[plain..<index])
      appendEscape(of: byte)
      plain = index + 1
    }
    append(contentsOf: text[plain...])
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscape(of byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0C: append(UInt8(ascii: "f"))
    case 0x0D: append(UInt8(ascii: "r"))
    case ..<0x20:
      appendJSON(plain: "u00")
      for digit in [byte >> 4, byte & 0xF] {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    default: append(byte)
    }
  }
}

extension OutputSpan<UInt8> {
  /// Appends bytes; the capacity must be sufficient.
  fileprivate mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    withUnsafeMutableBufferPointer { buffer, count in
      _ = buffer[count...].initialize(fromContentsOf: bytes)
      count += bytes.count
    }
  }
}
