/// The limits of the parser and the decoder, which bound the cost of a hostile body.
public enum JSONLimits {
  /// Bytes of one document: equal to the limit of an HTTP body, for documents from elsewhere.
  public static let documentBytes = 262_144

  /// Nested arrays and objects: the deepest contract needs 3, and the parser is recursive.
  public static let depth = 32

  /// Values and keys of one document: 12 bytes of memory each, so at most 384 KB.
  public static let values = 32_768

  /// The same for documents of up to `bytesMax` bytes.
  static func values(bytesMax: Int) -> Int { bytesMax / (documentBytes / values) }

  /// Unicode scalars of a string for which the caller gives no limit.
  public static let stringCharacters = 4_096

  /// Items of an array for which the caller gives no limit: the most lines of an order.
  public static let items = 100

  /// Violations collected from one document, so that a bad body cannot cause a huge answer.
  public static let violations = 100

  /// Bytes of a key in an error path; longer keys are shortened.
  public static let pathKeyBytes = 64

  /// Up to so many keys of an object are compared pair by pair to find duplicates; more are sorted.
  static let pairwiseKeys = 12
}
