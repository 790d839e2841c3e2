/// The secret of a browser that is logged in: 256 random bits as hexadecimal digits.
///
/// Its description leaves out the digits, so that no log contains them by accident.
package struct SessionSecret: Hashable, Sendable {
  /// The digits; used only to give them to the browser and to hash them.
  package let text: String

  /// A new secret, which nobody can guess.
  package init(using random: inout some RandomNumberGenerator) {
    text = HexadecimalSecret.make(using: &random)
  }

  /// Reads a secret; nil when the text does not have its form, which saves a look-up.
  package init?(_ text: ArraySlice<UInt8>) {
    guard HexadecimalSecret.isSecret(text) else { return nil }
    self.text = String(decoding: text, as: UTF8.self)
  }
}

extension SessionSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Shows that this is a secret, but not which one.
  package var description: String { "session …" }
  /// Shows that this is a secret, but not which one.
  package var debugDescription: String { description }
  /// Shows none of its content.
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// 256 random bits as 64 lower-case hexadecimal digits.
enum HexadecimalSecret {
  private static let wordCount = 4

  static func make(using random: inout some RandomNumberGenerator) -> String {
    (0..<wordCount).reduce(into: "") { text, _ in
      let digits = String(random.next() as UInt64, radix: 16)
      text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
  }

  static func isSecret(_ text: ArraySlice<UInt8>) -> Bool {
    text.count == 16 * wordCount
      && text.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
