/// What is sent of a file: all but what only those need who read it in the repository.
///
/// It goes line by line and knows nothing of the language: comments that have lines of their own
/// go, and blanks at both ends of a line. Lines stay lines, so a program means what it meant, as
/// long as none of its texts goes over several lines.
enum SentText {
  /// The bytes to send of a file of this name.
  static func of(_ bytes: [UInt8], named name: String) -> [UInt8] {
    let isScript = name.hasSuffix(".js")
    guard isScript || name.hasSuffix(".css") else { return bytes }
    var lines: [ArraySlice<UInt8>] = []
    var isInComment = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let line = trimmed(line)
      if isInComment || line.starts(with: "/*".utf8) {
        isInComment = !line.ends(with: "*/")
        continue
      }
      guard !line.isEmpty, !(isScript && line.starts(with: "//".utf8)) else { continue }
      lines.append(line)
    }
    return Array(lines.joined(separator: "\n".utf8))
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blank = UInt8(ascii: " ")
    let line = line.drop { $0 == blank }
    return line[..<(line.lastIndex { $0 != blank }.map { $0 + 1 } ?? line.startIndex)]
  }
}

extension ArraySlice<UInt8> {
  fileprivate func ends(with text: String) -> Bool {
    suffix(text.utf8.count).elementsEqual(text.utf8)
  }
}
