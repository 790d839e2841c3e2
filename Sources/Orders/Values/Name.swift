/// A name that can be seen.
package protocol VisibleName: ExactText {
  /// How many characters a name may have.
  static var allowedLength: ClosedRange<Int> { get }

  /// The name, which is known to be allowed.
  init(allowed value: String)
}

extension VisibleName {
  /// The name, or nil when it has too few or too many characters, or none that is visible.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength),
      !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    else { return nil }
    self.init(allowed: text)
  }
}

/// The name of a customer or a product.
package struct Name: VisibleName {
  package static let allowedLength = 1...200
  package let value: String
  package init(allowed value: String) { self.value = value }
}
