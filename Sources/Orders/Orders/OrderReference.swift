/// The client's own id for an order; it is unique in its channel.
package struct OrderReference: ExactText {
  /// How many characters a reference may have.
  package static let allowedLength = 1...255

  /// The reference as the client writes it.
  package let value: String

  /// The reference, or nil when the text has too few or too many characters.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}
