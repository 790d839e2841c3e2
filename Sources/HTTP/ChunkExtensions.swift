/// What may stand behind a chunk's size (RFC 9112 section 7.1.1). It means nothing here, and is
/// read because two readers that end it at different bytes would cut the content differently.
///
/// The RFC allows blanks around `;` and `=`. They are refused, as nobody sends them.
enum ChunkExtensions {
  /// `;name`, `;name=token` or `;name="text"`, any number of them; controls were refused before.
  static func check(_ line: Span<UInt8>, _ range: Range<Int>) throws(Rejection) {
    var index = range.lowerBound
    while index < range.upperBound {
      guard line[index] == ASCII.semicolon,
        let name = tokenEnd(line, (index + 1)..<range.upperBound)
      else { throw .badChunkExtension }
      index = name
      guard index < range.upperBound, line[index] == ASCII.equals else { continue }
      index += 1
      let rest = index..<range.upperBound
      let isQuoted = index < range.upperBound && line[index] == ASCII.quote
      guard let end = isQuoted ? quotedEnd(line, rest) : tokenEnd(line, rest) else {
        throw .badChunkExtension
      }
      index = end
    }
  }

  /// Behind the token that begins `range`; nil when none does.
  private static func tokenEnd(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound, line[index].isToken { index += 1 }
    return index > range.lowerBound ? index : nil
  }

  /// Behind the quoted text that begins `range` (RFC 9110 section 5.6.4); nil when it does not end.
  private static func quotedEnd(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound + 1
    while index < range.upperBound {
      switch line[index] {
      case ASCII.quote: return index + 1
      case ASCII.backslash: index += 2
      default: index += 1
      }
    }
    return nil
  }
}
