/// The name of a customer or a product.
package struct Name: ExactText {
  /// How many characters a name may have.
  package static let allowedLength = 1...200

  /// The name as it was given.
  package let value: String

  /// The name, or nil when it has too few or too many characters, or none that is visible.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength),
      !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    else { return nil }
    value = text
  }
}
