extension Rule {
  static let namedTests = Rule(promise: "a promise of SECURITY.md names tests that exist") { tree in
    let lines = tree.filter { $0.path.hasPrefix("Tests/") }.flatMap(\.lines)
    let suites = lines.compactMap { line -> Substring? in
      guard let start = line.firstRange(of: "@Suite(\"")?.upperBound else { return nil }
      return line[start...].prefix { $0 != "\"" }
    }
    let types = lines.compactMap { line -> Substring? in
      let words = line.words
      return words.firstIndex { $0 == "struct" || $0 == "enum" }
        .flatMap { words.dropFirst($0 + 1).first }
    }
    let folders = tree.map { $0.path.split(separator: "/").dropFirst().first ?? "" }
    let commands = tree.filter { $0.path == "dev" }.flatMap(\.lines).compactMap { line in
      line.hasPrefix("#: ") ? "./dev " + line.dropFirst(3).prefix { $0 != " " } : nil
    }
    let known = Set(suites + types + folders + commands.map { $0[...] })
    return tree.filter { $0.path == "SECURITY.md" }.flatMap { file in
      file.lines.enumerated().flatMap { index, line -> [String] in
        let cells = line.split(separator: "|")
        guard line.hasPrefix("|"), cells.count == 3 else { return [] }
        // What stands between a first and a second backtick, a third and a fourth.
        let pieces = cells[2].split(separator: "`", omittingEmptySubsequences: false)
        return pieces.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
          .filter { !known.contains($0) }
          .map { "\(file.path):\(index + 1): names no test: \($0)" }
      }
    }
  }
}
