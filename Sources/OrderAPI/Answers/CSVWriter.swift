/// Writes a table as RFC 4180 says: lines end with CR LF, and texts are in quotes.
///
/// A spreadsheet runs a text that begins like a formula, even in quotes. Such a text gets an
/// apostrophe before it, which a spreadsheet hides. So does one that begins with apostrophes and
/// goes on like a formula: the reader takes one apostrophe away, and has the exact text.
struct CSVWriter {
  private static let formulaStarts = Array("=+-@\t\r\n".utf8)

  /// Whether a text would be taken for a formula, without the apostrophes before it.
  static func isLikeFormula(_ text: some Sequence<UInt8>) -> Bool {
    text.first { $0 != UInt8(ascii: "'") }.map(formulaStarts.contains) ?? false
  }

  private(set) var bytes: [UInt8] = []

  /// A table with these columns.
  init(columns: [String]) {
    bytes += columns.joined(separator: ",").utf8
    endLine()
  }

  /// More lines of a table that has begun elsewhere.
  init(continuing bytes: [UInt8]) { self.bytes = bytes }

  /// Appends a line.
  mutating func line(_ write: (inout Line) -> Void) {
    var line = Line(bytes: bytes)
    bytes = []
    write(&line)
    bytes = line.bytes
    endLine()
  }

  private mutating func endLine() { bytes += [0x0D, 0x0A] }

  /// The fields of one line.
  struct Line {
    fileprivate var bytes: [UInt8]
    private var isFirst = true

    fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

    /// A field of digits, written as it stands.
    mutating func plain(_ text: String) {
      separate()
      bytes += text.utf8
    }

    /// A field of text; nil is an empty field.
    mutating func text(_ text: String?) {
      separate()
      guard let text else { return }
      bytes.append(UInt8(ascii: "\""))
      if isLikeFormula(text.utf8) { bytes.append(UInt8(ascii: "'")) }
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") { bytes.append(byte) }
        bytes.append(byte)
      }
      bytes.append(UInt8(ascii: "\""))
    }

    private mutating func separate() {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
    }
  }
}
