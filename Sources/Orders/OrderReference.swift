/// The client's own name for an order; it means one order of its channel.
public struct OrderReference: ExactText {
  /// How many characters a reference may have.
  public static let allowedLength = 1...255

  /// The reference as the client writes it.
  public let value: String

  /// The reference, or nil when the text has too few or too many characters.
  public init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}
