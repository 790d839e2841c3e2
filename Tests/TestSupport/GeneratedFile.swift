import Glibc
package import Testing

/// A file of the repository that is made from the code and never edited by hand.
///
/// A test compares it with what the code makes now. With RENEW_GENERATED_FILES=1 in the environment
/// the test writes the file instead.
package struct GeneratedFile: Sendable {
  /// Where it is, from the top of the repository.
  package let path: String
  /// What makes it again.
  package let command: String

  package init(_ path: String, command: String) {
    (self.path, self.command) = (path, command)
  }

  private var fullPath: String { RepositoryRoot.path + "/" + path }

  /// The file's text; empty when there is none.
  package var text: String {
    guard let file = fopen(fullPath, "re") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Records a failure with the first line that differs, or renews the file.
  ///
  /// - Parameter compared: What of a text is compared.
  package func check(
    _ wanted: String, compared: (String) -> String = { $0 },
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    if getenv("RENEW_GENERATED_FILES") != nil {
      guard write(wanted) else {
        Issue.record("cannot write \(path)", sourceLocation: sourceLocation)
        return
      }
      print("wrote \(path)")
      return
    }
    let found = Self.lines(compared(text))
    let made = Self.lines(compared(wanted))
    guard found != made else { return }
    let index = zip(found, made).prefix { $0 == $1 }.count
    let line = { (lines: [Substring]) in index < lines.count ? String(lines[index]) : "nothing" }
    Issue.record(
      """
      \(path) is stale: run \(command). It has
        \(line(found))
      where the code makes
        \(line(made))
      """, sourceLocation: sourceLocation)
  }

  private func write(_ text: String) -> Bool {
    guard let file = fopen(fullPath, "we") else { return false }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    return fclose(file) == 0 && isWritten
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}
