/// The sixteen bytes of a UUID of any version.
public struct RawUUID: SQLScalar, Hashable, Comparable, Sendable {
  public static var sqlType: SQLType { .uuid }
  /// The first eight bytes, most significant first.
  package let high: UInt64
  /// The last eight bytes, most significant first.
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public var sqlValue: SQLValue { .uuid(self) }

  /// The order of PostgreSQL: by bytes.
  public static func < (left: RawUUID, right: RawUUID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  /// Parses a UUID as PostgreSQL writes it: 36 characters in lower case; nil for anything else.
  init?(canonical text: UnsafeRawBufferPointer) {
    guard text.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in text.enumerated() {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = TextFormat.hexDigit(byte).map(UInt64.init) else { return nil }
      // The halves meet at the third hyphen.
      if index < 18 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
    }
    self.init(high: words.0, low: words.1)
  }
}
