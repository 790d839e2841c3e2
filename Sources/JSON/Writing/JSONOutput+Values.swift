/// Writes each kind of value; the writers add keys and commas.
extension JSONOutput {
  func append(object write: (inout JSONObjectWriter) -> Void) {
    append(UInt8(ascii: "{"))
    var writer = JSONObjectWriter(output: self)
    write(&writer)
    append(UInt8(ascii: "}"))
  }

  func append(array write: (inout JSONArrayWriter) -> Void) {
    append(UInt8(ascii: "["))
    var writer = JSONArrayWriter(output: self)
    write(&writer)
    append(UInt8(ascii: "]"))
  }

  /// Appends a comma, unless the container has just been opened.
  func separate(after open: UInt8) {
    if last != open { append(UInt8(ascii: ",")) }
  }

  /// Appends a key and its colon, after a comma if one is needed.
  func append(key: JSONKey) {
    separate(after: UInt8(ascii: "{"))
    switch key {
    case .literal(let name):
      assert(
        name.withUTF8Buffer { !Self.needsEscape($0) }, "a key that needs escapes is JSONKey(_:)")
      append(UInt8(ascii: "\""))
      append(name)
      append(UInt8(ascii: "\""))
    case .text(let name): append(string: name)
    }
    append(UInt8(ascii: ":"))
  }

  func append(boolean value: Bool?) {
    switch value {
    case true?: append("true" as StaticString)
    case false?: append("false" as StaticString)
    case nil: append("null" as StaticString)
    }
  }

  func append(raw value: some Collection<UInt8>) {
    precondition(!value.isEmpty, "an empty sequence of bytes is not a JSON value")
    append(value)
  }

  func append(integer value: Int64?) {
    guard let value else { return append(boolean: nil) }
    if value < 0 { append(UInt8(ascii: "-")) }
    append(digitsOf: value.magnitude)
  }

  func append(money value: Int64?) {
    guard let value else { return append(boolean: nil) }
    append(minor: value, fractionDigits: 2)
  }

  /// Appends a decimal that is given in minor units: 2110 with two fraction digits as `21.10`.
  func append(minor value: Int64, fractionDigits: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    guard fractionDigits > 0 else { return append(digitsOf: value.magnitude) }
    let unit = (0..<fractionDigits).reduce(1 as UInt64) { unit, _ in unit * 10 }
    append(digitsOf: value.magnitude / unit)
    append(UInt8(ascii: "."))
    append(digitsOf: value.magnitude % unit, atLeast: fractionDigits)
  }

  /// Appends a number with leading zeros up to `minimum` digits, which is 19 at most.
  private func append(digitsOf value: UInt64, atLeast minimum: Int = 1) {
    // As many as UInt64.max has.
    append(upTo: 20) { output in
      var length = minimum
      var limit: UInt64 = (0..<minimum).reduce(1) { limit, _ in limit * 10 }
      while value >= limit {
        length += 1
        let (next, isPastAll) = limit.multipliedReportingOverflow(by: 10)
        if isPastAll { break }
        limit = next
      }
      output.append(repeating: UInt8(ascii: "0"), count: length)
      var rest = value
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
  func append(string value: String?) {
    guard var value else { return append(boolean: nil) }
    append(UInt8(ascii: "\""))
    value.withUTF8 { text in
      if Self.needsEscape(text) { appendEscaped(text) } else { append(text) }
    }
    append(UInt8(ascii: "\""))
  }

  /// Whether any byte needs an escape. Does not stop at the first, so that the compiler can use
  /// vector instructions.
  private static func needsEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.reduce(0 as UInt8) { $0 | (needsEscape($1) ? 1 : 0) } != 0
  }

  private func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var plain = 0
    for index in text.indices {
      let byte = text[index]
      guard Self.needsEscape(byte) else { continue }
      append(UnsafeBufferPointer(rebasing: text[plain..<index]))
      append(escapeOf: byte)
      plain = index + 1
    }
    append(UnsafeBufferPointer(rebasing: text[plain...]))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private func append(escapeOf byte: UInt8) {
    append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: append(UInt8(ascii: "b"))
    case 0x09: append(UInt8(ascii: "t"))
    case 0x0A: append(UInt8(ascii: "n"))
    case 0x0C: append(UInt8(ascii: "f"))
    case 0x0D: append(UInt8(ascii: "r"))
    case ..<0x20:
      append("u00" as StaticString)
      for digit in [byte >> 4, byte & 0xF] {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    default: append(byte)
    }
  }
}
