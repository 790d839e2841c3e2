/// Every bound the reader and the decoder keep, so that no body can cost more than it is worth.
package enum JSONLimits {
  /// Bytes of one document: the HTTP body limit, kept here too for callers that bring no HTTP.
  package static let documentBytes = 262_144

  /// Open arrays and objects at once: the deepest contract needs 3, and the parser recurses.
  package static let depth = 32

  /// Values and keys of one document: 12 bytes of memory each, so at most 384 KB.
  package static let values = 32_768

  /// Unicode scalars of a string whose field names no length of its own.
  package static let stringCharacters = 4_096

  /// Items of an array whose field names no count of its own: the most lines of one order.
  package static let items = 100

  /// Violations collected from one document, so that a bad body cannot make a huge answer.
  package static let violations = 100

  /// Bytes of a key that an error path repeats; longer keys are cut there.
  package static let pathKeyBytes = 64

  /// Keys of one object compared pair by pair; above it they are sorted to find a duplicate.
  static let pairwiseKeys = 12
}
