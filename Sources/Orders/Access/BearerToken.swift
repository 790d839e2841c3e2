/// A secret that identifies a caller: `wb_` and 256 random bits as hexadecimal digits.
///
/// Its description leaves out the digits, so that no log contains them by accident.
package struct BearerToken: Hashable, Sendable {
  private static let prefix = "wb_"

  /// The whole text; used only to give it to its bearer and to hash it.
  package let secret: String

  /// A new token, which nobody can guess.
  package init(using random: inout some RandomNumberGenerator) {
    secret = Self.prefix + HexadecimalSecret.make(using: &random)
  }

  /// Reads a token; nil when the text does not have the form of a token, which saves a look-up.
  package init?(_ text: String) { self.init(Array(text.utf8)[...]) }

  /// The same for bytes; every request needs this, and comparing bytes is cheap.
  package init?(_ text: ArraySlice<UInt8>) {
    guard text.starts(with: Self.prefix.utf8),
      HexadecimalSecret.isSecret(text.dropFirst(Self.prefix.utf8.count))
    else { return nil }
    secret = String(decoding: text, as: UTF8.self)
  }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Shows that this is a token, but not which one.
  package var description: String { Self.prefix + "…" }
  /// Shows that this is a token, but not which one.
  package var debugDescription: String { description }
  /// Shows none of its content.
  package var customMirror: Mirror { Mirror(self, children: []) }
}
