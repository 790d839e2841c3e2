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
        // The pieces between pairs of backticks.
        let pieces = cells[2].split(separator: "`", omittingEmptySubsequences: false)
        return pieces.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
          .filter { !known.contains($0) }
          .map { "\(file.path):\(index + 1): names no test: \($0)" }
      }
    }
  }
}

extension Rule {
  /// Web addresses are not asked for: the tests need no network.
  static let links = perLine(
    "a link in a document leads to a file, and to a heading of it",
    in: { $0.path.hasSuffix(".md") ? $0.lines : [] },
    finding: { line, file in
      line.matches(of: #/\]\(([^)]+)\)/#).map(\.1).first { !leads(String($0), from: file) }
        .map { "leads nowhere: \($0)" }
    })

  private static func leads(_ link: String, from file: SourceFile) -> Bool {
    if link.contains("://") { return true }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    var folders = file.path.split(separator: "/").dropLast().map(String.init)
    for step in parts[0].split(separator: "/") {
      if step == ".." { _ = folders.popLast() } else { folders.append(String(step)) }
    }
    let path = parts[0].isEmpty ? file.path : folders.joined(separator: "/")
    guard parts.count == 2 else { return SourceFile.exists(path) }
    let target = path == file.path ? file : SourceFile.tree.first { $0.path == path }
    return target?.lines.contains { $0.hasPrefix("#") && anchor(of: $0) == parts[1] } == true
  }

  /// What a heading is called in a link: `## In psql` is `in-psql`.
  private static func anchor(of heading: String) -> String {
    heading.drop { $0 == "#" || $0 == " " }.lowercased().reduce(into: "") { anchor, character in
      if character == " " { anchor += "-" }
      if character.isLetter || character.isNumber || "-_".contains(character) {
        anchor.append(character)
      }
    }
  }
}
