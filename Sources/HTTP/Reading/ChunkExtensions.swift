/// The extensions after a chunk's size (RFC 9112 section 7.1.1). They have no meaning here, but are
/// checked: a proxy that ends them at another byte would see another content (request smuggling).
///
/// The RFC allows blanks around `;` and `=`. They are refused, because no known client sends them.
enum ChunkExtensions {
  /// Allows any number of `;name`, `;name=token` and `;name="text"`; controls were refused before.
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

  /// The end of the token at the start of `range`; nil when there is none.
  private static func tokenEnd(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound, line[index].isToken { index += 1 }
    return index > range.lowerBound ? index : nil
  }

  /// The end of the quoted text at the start of `range` (RFC 9110 section 5.6.4); nil when it does
  /// not end.
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
