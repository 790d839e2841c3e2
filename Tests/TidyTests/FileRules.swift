extension Rule {
  static let whitespace = perLine(
    "no line ends in blanks", in: \.lines,
    finding: { line, _ in
      line.hasSuffix(" ") || line.hasSuffix("\t") || line.hasSuffix("\r") ? "trailing blank" : nil
    })

  static let placeholders = Rule(promise: "a file has something to say") { tree in
    tree.filter { file in
      file.isSwift && file.code.allSatisfy { $0.allSatisfy(\.isWhitespace) }
    }
    .map { "\($0.path):1: no code" }
  }

  static let migrationNames = Rule(
    promise: "migrations are NNNN_name.sql, numbered without gaps"
  ) { tree in
    let names = tree.map(\.path).filter { $0.hasPrefix("migrations/") }.sorted()
    return names.enumerated().compactMap { index, path in
      let name = path.dropFirst("migrations/".count)
      let number = String(index + 1)
      let expected = String(repeating: "0", count: max(0, 4 - number.count)) + number + "_"
      let isWord = name.dropLast(".sql".count).allSatisfy {
        $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_")
      }
      let holds = name.hasPrefix(expected) && name.hasSuffix(".sql") && isWord
      return holds ? nil : "\(path):1: expected \(expected)name.sql"
    }
  }

  static let modes = Rule(promise: "scripts can be run, and nothing else") { tree in
    tree.compactMap { file in
      let isScript = file.lines.first?.hasPrefix("#!") == true
      guard isScript != file.isExecutable else { return nil }
      return "\(file.path):1: \(isScript ? "not executable" : "executable, but no script")"
    }
  }
}
