import func Glibc.memchr
import func Glibc.memcpy

/// Byte values with a meaning in HTTP.
enum ASCII {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let hash: UInt8 = 0x23
  static let percent: UInt8 = 0x25
  static let ampersand: UInt8 = 0x26
  static let asterisk: UInt8 = 0x2A
  static let plus: UInt8 = 0x2B
  static let comma: UInt8 = 0x2C
  static let slash: UInt8 = 0x2F
  static let zero: UInt8 = 0x30
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let equals: UInt8 = 0x3D
  static let questionMark: UInt8 = 0x3F
  static let openBracket: UInt8 = 0x5B
  static let backslash: UInt8 = 0x5C
  static let closeBracket: UInt8 = 0x5D
  static let delete: UInt8 = 0x7F
}

/// The ASCII characters of one grammar rule: `low` has the bits of 0...63, `high` those of
/// 64...127, so that a membership test is a shift and reads no memory. A unit test checks every
/// byte of each set.
struct ByteSet {
  let low: UInt64
  let high: UInt64

  /// `tchar` (RFC 9110 section 5.6.2): letters, digits and `` !#$%&'*+-.^_`|~ ``.
  static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

  /// Registered names and IPv4 addresses (RFC 3986 section 3.2.2): letters, digits and
  /// `-._~%!$&'()*+;=`. The comma is legal too, but left out: a value with a comma may be two Host
  /// fields that a proxy has merged.
  static var host: ByteSet { ByteSet(low: 0x2BFF_6FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

  /// Characters that need no percent-encoding (RFC 3986 section 2.3): letters, digits and `-._~`.
  static var unreserved: ByteSet {
    ByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }

  /// Request ids that clients send: letters, digits and `._-:/+=`.
  static var requestID: ByteSet {
    ByteSet(low: 0x27FF_E800_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word = byte < 64 ? low : byte < 128 ? high : 0
    return (word >> UInt64(byte & 63)) & 1 != 0
  }
}

extension UInt8 {
  /// Whether this is allowed in a method or a field name.
  @inline(__always)
  var isToken: Bool { ByteSet.token.contains(self) }

  /// Whether this is not allowed in a field value: a control other than the tab (RFC 9110 5.5).
  @inline(__always)
  var isFieldControl: Bool { self < 0x20 && self != ASCII.tab || self == ASCII.delete }

  @inline(__always)
  var isBlank: Bool { self == ASCII.space || self == ASCII.tab }

  @inline(__always)
  var isDigit: Bool { self &- ASCII.zero < 10 }

  /// The value of a hexadecimal digit; nil for anything else.
  @inline(__always)
  var hexValue: UInt8? {
    if isDigit { return self &- ASCII.zero }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }
}

extension Span<UInt8> {
  /// The first index of `byte` in `range`, found with `memchr`.
  @inline(__always)
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    withUnsafeBytes { all in
      let part = UnsafeRawBufferPointer(rebasing: all[range])
      guard let base = part.baseAddress, let hit = memchr(base, Int32(byte), part.count)
      else { return nil }
      return range.lowerBound + (UnsafeRawPointer(hit) - base)
    }
  }

  /// Whether `range` holds `name`, ignoring case; `name` must be in lower case.
  @inline(__always)
  func equals(_ name: StaticString, in range: Range<Int>) -> Bool {
    guard range.count == name.utf8CodeUnitCount else { return false }
    for index in 0..<range.count {
      let byte = self[range.lowerBound + index]
      let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
      if folded != name.utf8Start[index] { return false }
    }
    return true
  }

  /// `range` without blanks at its ends.
  @inline(__always)
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, self[lower].isBlank { lower += 1 }
    while lower < upper, self[upper - 1].isBlank { upper -= 1 }
    return lower..<upper
  }

  @inline(__always)
  func array(_ range: Range<Int>) -> [UInt8] {
    withUnsafeBufferPointer { [UInt8](UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// Calls `body` with each element of the comma-separated list in `range`, blanks removed; empty
  /// elements are skipped (RFC 9110 section 5.6.1.2).
  func forEachListElement(in range: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while start <= range.upperBound {
      let comma = firstIndex(of: ASCII.comma, in: start..<range.upperBound) ?? range.upperBound
      let element = trimmed(start..<comma)
      if !element.isEmpty { body(element) }
      start = comma + 1
    }
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    bytes.withUnsafeBufferPointer { append(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// Appends bytes with one capacity check and one copy. `append(contentsOf:)` costs more, and a
  /// head is made of a dozen short pieces.
  @inline(__always)
  private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    append(addingCapacity: bytes.count) { output in
      output.withUnsafeMutableBufferPointer { free, count in
        guard let to = free.baseAddress, let from = bytes.baseAddress else { return }
        memcpy(to + count, from, bytes.count)
        count += bytes.count
      }
    }
  }

  mutating func append(decimal number: Int) {
    if number >= 10 { append(decimal: number / 10) }
    append(ASCII.zero + UInt8(number % 10))
  }
}
