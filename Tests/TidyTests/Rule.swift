import Testing

/// A rule for the repository, and the check that finds violations.
struct Rule: Sendable, CustomTestStringConvertible {
  let promise: String
  /// The violations, as "path:line: what".
  let findings: @Sendable (_ tree: [SourceFile]) -> [String]

  var testDescription: String { promise }

  static let all: [Rule] = [
    imports, dependencies, fileLengths, functionLengths, lineLengths, markers, deadCode,
    machinePaths, doors,
    sleeping, whitespace, placeholders, migrationNames, oldSQL, modes, namedTests, links,
  ]

  /// A rule that checks each line separately.
  static func perLine(
    _ promise: String,
    in lines: @escaping @Sendable (SourceFile) -> [String],
    finding: @escaping @Sendable (_ line: String, _ file: SourceFile) -> String?
  ) -> Rule {
    Rule(promise: promise) { tree in
      tree.flatMap { file in
        lines(file).enumerated().compactMap { index, line in
          finding(line, file).map { "\(file.path):\(index + 1): \($0)" }
        }
      }
    }
  }
}

extension String {
  /// The words of the text: letters, digits and underscores.
  var words: [Substring] { split { !$0.isLetter && !$0.isNumber && $0 != "_" } }
}
