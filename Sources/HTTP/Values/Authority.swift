/// The `host[:port]` of a Host field or an absolute URL (RFC 3986 section 3.2, no user
/// information).
enum Authority {
  static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return false }
    var index = range.lowerBound
    if bytes[index] == ASCII.openBracket {
      index += 1
      let start = index
      while index < range.upperBound, isAddressByte(bytes[index]) { index += 1 }
      guard index > start, index < range.upperBound, bytes[index] == ASCII.closeBracket else {
        return false
      }
      index += 1
    } else {
      while index < range.upperBound, ByteSet.host.contains(bytes[index]) { index += 1 }
      guard index > range.lowerBound else { return false }
    }
    if index == range.upperBound { return true }
    guard bytes[index] == ASCII.colon else { return false }
    return isPort(bytes, (index + 1)..<range.upperBound)
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    byte.hexValue != nil || byte == ASCII.colon || byte == 0x2E
  }

  /// Up to five digits, none included (`host:` is legal), not above 65535.
  private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard range.count <= 5 else { return false }
    var port = 0
    for index in range {
      guard bytes[index].isDigit else { return false }
      port = port * 10 + Int(bytes[index] - ASCII.zero)
    }
    return port <= 65_535
  }
}
