import Testing

@Suite("The tree")
struct TidyTests {
  @Test("keeps its promises", arguments: Rule.all)
  func holds(rule: Rule) {
    for finding in rule.findings(SourceFile.tree) {
      Issue.record(Comment(rawValue: "\(finding) (\(rule.promise))"))
    }
  }

  @Test("is measured")
  func measures() {
    let swift = SourceFile.tree.filter(\.isSwift)
    let code = swift.filter(\.isSource).sorted { $0.lines.count < $1.lines.count }
    let tests = swift.filter { $0.path.hasPrefix("Tests/") }
    let lengths = code.flatMap { Rule.functions(in: $0.code).map(\.lines) }.sorted()
    guard let largest = code.last, let longest = lengths.last else {
      Issue.record("no sources found")
      return
    }
    let lines = { (files: [SourceFile]) in files.reduce(0) { $0 + $1.lines.count } }
    let comments = code.reduce(0) { $0 + $1.comments.count { !$0.allSatisfy(\.isWhitespace) } }
    print(
      """
      \(code.count) files, \(lines(code)) lines: median \(code[code.count / 2].lines.count), \
      largest \(largest.lines.count) (\(largest.path))
      \(lengths.count) functions: median \(lengths[lengths.count / 2]), longest \(longest)
      comment lines to all: 0.\(twoDigits(comments, of: lines(code))); \
      tests to code: \(lines(tests) / max(1, lines(code))).\
      \(twoDigits(lines(tests) % max(1, lines(code)), of: lines(code)))
      """)
  }

  private func twoDigits(_ part: Int, of whole: Int) -> String {
    let hundredths = part * 100 / max(1, whole)
    return hundredths < 10 ? "0\(hundredths)" : "\(hundredths)"
  }
}
