/// The id of a customer, chosen by the client or made by the service.
package struct CustomerID: ExactText {
  /// How many characters an id may have.
  package static let allowedLength = 1...255

  /// The id as clients write it.
  package let value: String

  /// The id, or nil when the text has too few or too many characters, or contains U+0000.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}

extension String {
  /// Whether this can be stored as text of so many characters, counted as the database does.
  func isText(_ length: ClosedRange<Int>) -> Bool {
    length.contains(unicodeScalars.count) && !utf8.contains(0)
  }
}
