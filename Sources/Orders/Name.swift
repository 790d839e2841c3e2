/// What a customer or a product is called.
public struct Name: ExactText {
  /// How many characters a name may have.
  public static let allowedLength = 1...200

  /// The name as it was given.
  public let value: String

  /// The name, or nil when it has too few or too many characters, or none that can be seen.
  public init?(_ text: String) {
    guard text.isText(Self.allowedLength),
      !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    else { return nil }
    value = text
  }
}
