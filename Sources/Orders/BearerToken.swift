/// A secret that says who asks: `wb_` and 256 bits of chance in hexadecimal digits.
///
/// It describes itself without its digits, so that it gets into no log by accident.
package struct BearerToken: Hashable, Sendable {
  private static let prefix = "wb_"
  private static let wordCount = 4

  /// The whole text, which is for its bearer and for the hash alone.
  package let secret: String

  /// A new token, which nobody can guess.
  package init(using random: inout some RandomNumberGenerator) {
    secret = (0..<Self.wordCount).reduce(into: Self.prefix) { text, _ in
      let digits = String(random.next() as UInt64, radix: 16)
      text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
  }

  /// The token that a text is; nil when it can be none, which spares a look-up.
  package init?(_ text: String) { self.init(Array(text.utf8)[...]) }

  /// The token that these bytes are; looked at as bytes, as this is done with every request.
  package init?(_ text: ArraySlice<UInt8>) {
    let digits = text.dropFirst(Self.prefix.utf8.count)
    guard text.starts(with: Self.prefix.utf8), digits.count == 16 * Self.wordCount,
      digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    secret = String(decoding: text, as: UTF8.self)
  }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Says that it is a token, and not which.
  package var description: String { Self.prefix + "…" }
  /// Says that it is a token, and not which.
  package var debugDescription: String { description }
  /// Shows nothing of the inside.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
