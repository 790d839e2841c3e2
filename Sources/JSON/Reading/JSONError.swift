/// Why bytes are not one JSON document, and where.
public struct JSONError: Error, Hashable, Sendable {
  /// The first byte that could not be accepted; the length of the input when it ended too early.
  public let offset: Int

  /// The value that was being read, as `items[0].quantity`; empty at the root.
  public let path: String

  public let reason: Reason

  /// One sentence for a caller: `expected ',' or '}' at byte 17, in items[0]`.
  public var message: String {
    "\(reason.rawValue) at byte \(offset)" + (path.isEmpty ? "" : ", in \(path)")
  }

  public enum Reason: String, Error, Hashable, Sendable, CaseIterable {
    case endOfInput = "unexpected end of the document"
    case byteOrderMark = "a byte order mark is not allowed"
    case expectedValue = "expected a value"
    case expectedKey = "expected a key in double quotes"
    case expectedColon = "expected ':' after the key"
    case expectedCommaOrBrace = "expected ',' or '}'"
    case expectedCommaOrBracket = "expected ',' or ']'"
    case trailingComma = "a comma must be followed by another element"
    case trailingBytes = "unexpected bytes after the value"
    case invalidNumber = "expected a digit in the number"
    case leadingZero = "a number must not begin with a zero"
    case controlCharacter = "a control character in a string must be escaped"
    case invalidEscape = "unknown escape in a string"
    case loneSurrogate = "a surrogate escape must be half of a pair"
    case nulCharacter = "the NUL character is not allowed"
    case invalidUTF8 = "invalid UTF-8"
    case duplicateKey = "duplicate key"
    case tooLong = "the document is too long"
    case tooDeep = "too many arrays and objects inside one another"
    case tooManyValues = "too many values"
  }
}

/// Why a document could not be decoded.
public enum JSONFailure: Error, Hashable, Sendable {
  /// The bytes are not JSON that this reader accepts.
  case syntax(JSONError)

  /// The document is JSON, but these fields are not valid; never empty.
  case violations([JSONViolation])
}
