/// What is sent of a file: all but what only those need who read it in the repository.
///
/// It goes line by line and knows little of the language: comments at the beginning of a line go,
/// those at its end in most lines of a script, and blanks at both ends. Lines stay lines, so a
/// program means what it meant, as long as each of its texts ends on the line on which it begins.
enum SentText {
  /// The bytes to send of a file of this name.
  static func of(_ bytes: [UInt8], named name: String) -> [UInt8] {
    let isScript = name.hasSuffix(".js")
    guard isScript || name.hasSuffix(".css") else { return bytes }
    var lines: [ArraySlice<UInt8>] = []
    var isInComment = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      var line = withoutFirstComments(trimmed(line), isInComment: &isInComment)
      if isScript { line = trimmed(withoutLastComment(line)) }
      if !line.isEmpty { lines.append(line) }
    }
    return Array(lines.joined(separator: "\n".utf8))
  }

  /// What is left of a line when it begins in a comment, or with some.
  private static func withoutFirstComments(
    _ line: ArraySlice<UInt8>, isInComment: inout Bool
  ) -> ArraySlice<UInt8> {
    var line = line
    while true {
      if !isInComment {
        guard line.starts(with: "/*".utf8) else { return line }
        line = line.dropFirst(2)
      }
      guard let end = line.firstRange(of: Array("*/".utf8)) else {
        isInComment = true
        return []
      }
      isInComment = false
      line = trimmed(line[end.upperBound...])
    }
  }

  /// A line without the comment at its end. What a quote follows may be within a text, and stays.
  private static func withoutLastComment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    if line.starts(with: "//".utf8) { return [] }
    guard let start = line.firstRange(of: Array(" // ".utf8))?.lowerBound,
      !line[start...].contains(where: { "'\"`".utf8.contains($0) })
    else { return line }
    return line[..<start]
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blank = UInt8(ascii: " ")
    let line = line.drop { $0 == blank }
    return line[..<(line.lastIndex { $0 != blank }.map { $0 + 1 } ?? line.startIndex)]
  }
}
