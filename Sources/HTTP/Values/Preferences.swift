/// What a client would like of an answer: the field Prefer (RFC 7240).
package struct Preferences: Sendable {
  private var values: [String: String] = [:]

  /// The preferences of a request; nil when the field is malformed. Of several with one name the
  /// first counts. What is not known is passed over, so are the parameters of each.
  package init?(_ request: Request) { self.init(request.fields("prefer")) }

  init?(_ lines: [String]) {
    var rest = PreferenceScanner(Array(lines.joined(separator: ",").utf8))
    repeat {
      rest.skipBlanks()
      // Elements of a list may be empty.
      guard !rest.isAtEndOfElement else { continue }
      guard let first = rest.pair() else { return nil }
      while rest.skip(ASCII.semicolon) {
        // So may parameters.
        guard !rest.isAtEndOfElement, !rest.isAt(ASCII.semicolon) else { continue }
        guard rest.pair() != nil else { return nil }
      }
      if values[first.name] == nil { values[first.name] = first.value }
    } while rest.skip(ASCII.comma)
    guard rest.isAtEnd else { return nil }
  }

  /// The value of a preference, whose name is in lower case; empty when it was sent without one,
  /// nil when it was not sent.
  package subscript(_ name: String) -> String? { values[name] }
}

/// Reads the parts of the field.
private struct PreferenceScanner {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { at == bytes.count }
  var isAtEndOfElement: Bool { isAtEnd || isAt(ASCII.comma) }

  func isAt(_ byte: UInt8) -> Bool { !isAtEnd && bytes[at] == byte }

  mutating func skipBlanks() {
    while !isAtEnd, bytes[at].isBlank { at += 1 }
  }

  /// Skips a separator, with the blanks around it.
  mutating func skip(_ separator: UInt8) -> Bool {
    skipBlanks()
    guard isAt(separator) else { return false }
    at += 1
    skipBlanks()
    return true
  }

  /// A name, in lower case, with its value; nil when there is none.
  mutating func pair() -> (name: String, value: String)? {
    guard let name = token() else { return nil }
    guard skip(ASCII.equals) else { return (name.lowercased(), "") }
    return (isAt(ASCII.quote) ? quoted() : token()).map { (name.lowercased(), $0) }
  }

  private mutating func token() -> String? {
    let start = at
    while !isAtEnd, bytes[at].isToken { at += 1 }
    return at == start ? nil : String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func quoted() -> String? {
    var text: [UInt8] = []
    at += 1
    while !isAtEnd {
      var byte = bytes[at]
      at += 1
      if byte == ASCII.quote { return String(decoding: text, as: UTF8.self) }
      if byte == ASCII.backslash {
        guard !isAtEnd else { return nil }
        byte = bytes[at]
        at += 1
      }
      text.append(byte)
    }
    return nil
  }
}
