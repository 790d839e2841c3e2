/// The fields that concern the message itself, collected while the field lines are checked.
///
/// Other fields are not stored: `FieldLines` finds them in the head when they are asked for.
struct FieldFacts {
  private(set) var count = 0
  /// One bit for each field name; see `FieldName.bit`.
  private(set) var nameBits: UInt64 = 0
  private(set) var host: Range<Int>?
  private(set) var contentLength: Int?
  private(set) var isChunked = false
  private(set) var close = false
  private(set) var keepAlive = false
  private(set) var expectsContinue = false
  private(set) var expectsMore = false

  /// Reads one field line, without its CRLF; controls were refused before.
  @inline(__always)
  mutating func take(
    _ bytes: Span<UInt8>, _ line: Range<Int>, fieldsMax: Int
  ) throws(Rejection) {
    count += 1
    if count > fieldsMax { throw .tooManyFields }
    let name = try FieldName.range(bytes, line)
    nameBits |= FieldName.bit(
      length: name.count, first: bytes[name.lowerBound], last: bytes[name.upperBound - 1])
    let value = (name.upperBound + 1)..<line.upperBound
    switch name.count {
    case 4: if bytes.equals("host", in: name) { try takeHost(bytes, value) }
    case 6: if bytes.equals("expect", in: name) { takeExpectation(bytes, value) }
    case 10: if bytes.equals("connection", in: name) { takeConnection(bytes, value) }
    case 14: if bytes.equals("content-length", in: name) { try takeLength(bytes, value) }
    case 17: if bytes.equals("transfer-encoding", in: name) { try takeCoding(bytes, value) }
    default: break
    }
  }

  private mutating func takeHost(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Rejection) {
    if host != nil { throw .twoHosts }
    let value = bytes.trimmed(value)
    guard Authority.isValid(bytes, value) else { throw .badHost }
    host = value
  }

  private mutating func takeExpectation(_ bytes: Span<UInt8>, _ value: Range<Int>) {
    bytes.forEachListElement(in: value) { element in
      if bytes.equals("100-continue", in: element) {
        expectsContinue = true
      } else {
        expectsMore = true
      }
    }
  }

  private mutating func takeConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
    bytes.forEachListElement(in: value) { element in
      if bytes.equals("close", in: element) {
        close = true
      } else if bytes.equals("keep-alive", in: element) {
        keepAlive = true
      }
    }
  }

  /// The value of a field that frames the message. Only spaces are allowed before it, and nothing
  /// after it.
  ///
  /// Tabs and trailing blanks are legal around values, but clients do not send them here, and a
  /// proxy that treats them differently would see another length (request smuggling).
  private func framingValue(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Range<Int> {
    var start = value.lowerBound
    while start < value.upperBound, bytes[start] == ASCII.space { start += 1 }
    return start..<value.upperBound
  }

  /// Digits without leading zeros, which is stricter than RFC 9110 section 8.6: one number, one
  /// spelling.
  private mutating func takeLength(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Rejection) {
    if contentLength != nil { throw .twoContentLengths }
    let digits = framingValue(bytes, value)
    guard !digits.isEmpty, digits.count == 1 || bytes[digits.lowerBound] != ASCII.zero else {
      throw .badContentLength
    }
    var length = 0
    for index in digits {
      guard bytes[index].isDigit else { throw .badContentLength }
      // Does not overflow: a length that is too large stays too large, and the limit refuses it.
      let digit = Int(bytes[index] - ASCII.zero)
      length = length > Int.max / 10 - 1 ? Int.max : length * 10 + digit
    }
    contentLength = length
  }

  /// Accepts `chunked` only. Other codings before it are legal but not supported; with anything
  /// else the end of the content is not known (RFC 9112 section 6.3).
  private mutating func takeCoding(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Rejection) {
    if isChunked { throw .twoTransferEncodings }
    let coding = framingValue(bytes, value)
    if bytes.equals("chunked", in: coding) {
      isChunked = true
      return
    }
    var unknown = 0
    var chunked = 0
    var endsChunked = false
    bytes.forEachListElement(in: coding) { element in
      endsChunked = bytes.equals("chunked", in: element)
      if endsChunked { chunked += 1 } else { unknown += 1 }
    }
    let isPlainList = coding.allSatisfy {
      bytes[$0].isToken || bytes[$0] == ASCII.comma || bytes[$0] == ASCII.space
    }
    let isUnderstood = isPlainList && (chunked == 0 || chunked == 1 && endsChunked)
    throw unknown > 0 && isUnderstood ? .unknownTransferCoding : .badTransferEncoding
  }
}

enum FieldName {
  /// The name at the start of a field line; the colon must follow at once (RFC 9112 section 5.1).
  @inline(__always)
  static func range(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Rejection) -> Range<Int> {
    var index = line.lowerBound
    while index < line.upperBound, bytes[index].isToken { index += 1 }
    guard index > line.lowerBound else {
      throw bytes[index].isBlank ? .obsoleteFolding : .badFieldName
    }
    guard index < line.upperBound else { throw .badFieldName }
    guard bytes[index] == ASCII.colon else {
      throw bytes[index].isBlank ? .spaceBeforeColon : .badFieldName
    }
    return line.lowerBound..<index
  }

  /// The bit of a name in a 64-bit set, like a Bloom filter: a clear bit proves that the field is
  /// absent without a search.
  @inline(__always)
  static func bit(length: Int, first: UInt8, last: UInt8) -> UInt64 {
    let mixed = length &* 7 &+ Int(first | 0x20) &* 3 &+ Int(last | 0x20)
    return 1 << UInt64(truncatingIfNeeded: mixed & 63)
  }
}
