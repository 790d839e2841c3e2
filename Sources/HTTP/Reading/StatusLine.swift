/// The parsed first line of a response (RFC 9112 section 4).
struct StatusLine: StartLine {
  let version: Version
  let status: Int

  static func check(firstByte: UInt8) throws(Rejection) {
    guard firstByte == UInt8(ascii: "H") else { throw .badStatusLine }
  }

  /// The reason phrase is ignored; some servers leave out even the space before it.
  init(_ bytes: Span<UInt8>, _ line: Range<Int>, limits: MessageLimits) throws(Rejection) {
    let start = line.lowerBound
    guard line.count >= 12, bytes[start + 8] == ASCII.space,
      line.count == 12 || bytes[start + 12] == ASCII.space
    else { throw .badStatusLine }
    version = try Version(bytes, at: start)
    var status = 0
    for index in (start + 9)..<(start + 12) {
      guard bytes[index].isDigit else { throw .badStatusLine }
      status = status * 10 + Int(bytes[index] - ASCII.zero)
    }
    guard (100...599).contains(status) else { throw .badStatusLine }
    self.status = status
  }
}
