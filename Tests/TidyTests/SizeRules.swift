extension Rule {
  private static let fileLinesMax = 400
  private static let functionLinesMax = 70
  private static let columnsMax = 100

  static let fileLengths = Rule(promise: "a file has at most \(fileLinesMax) lines") { tree in
    tree.filter { $0.isSwift && $0.lines.count > fileLinesMax }
      .map { "\($0.path):\($0.lines.count): \($0.lines.count) lines" }
  }

  static let lineLengths = perLine(
    "a line of Swift has at most \(columnsMax) columns", in: { $0.isSwift ? $0.lines : [] },
    finding: { line, _ in line.count > columnsMax ? "\(line.count) columns" : nil })

  static let functionLengths = Rule(
    promise: "a function has at most \(functionLinesMax) lines"
  ) { tree in
    tree.flatMap { file in
      functions(in: file.code).filter { $0.lines > functionLinesMax }
        .map { "\(file.path):\($0.line): \($0.lines) lines" }
    }
  }

  /// The functions, initialisers and computed properties: their first lines and lengths.
  static func functions(in code: [String]) -> [(line: Int, lines: Int)] {
    let tokens = code.enumerated().flatMap { line, text in
      Self.tokens(text).map { (line, $0) }
    }
    return tokens.indices.compactMap { start in
      guard isStart(tokens[start].1, after: start > 0 ? tokens[start - 1].1 : ""),
        let brace = body(of: tokens, from: start)
      else { return nil }
      var depth = 0
      for (line, token) in tokens[brace...] {
        if token == "{" { depth += 1 } else if token == "}" { depth -= 1 }
        if depth == 0 { return (tokens[start].0 + 1, line - tokens[start].0 + 1) }
      }
      return nil
    }
  }

  private static func isStart(_ token: Substring, after previous: Substring) -> Bool {
    ["func", "init", "deinit", "subscript", "var"].contains(token) && previous != "."
  }

  /// The index of the brace that opens the body; nil for a requirement, a stored property or a
  /// call.
  private static func body(of tokens: [(Int, Substring)], from start: Int) -> Int? {
    var depth = 0
    for index in tokens.indices[(start + 1)...] {
      switch tokens[index].1 {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "{" where depth == 0: return index
      case "=", "}", "func", "var", "let", "init", "case", "struct", "enum", "class", "subscript":
        if depth == 0 { return nil }
      default: if depth < 0 { return nil }
      }
    }
    return nil
  }

  /// Words, and single characters that are neither words nor blanks.
  private static func tokens(_ line: String) -> [Substring] {
    var tokens: [Substring] = []
    var start = line.startIndex
    while start < line.endIndex {
      let isWord = { (character: Character) in
        character.isLetter || character.isNumber || character == "_"
      }
      let end =
        isWord(line[start])
        ? line[start...].firstIndex { !isWord($0) } ?? line.endIndex : line.index(after: start)
      if line[start] != " " { tokens.append(line[start..<end]) }
      start = end
    }
    return tokens
  }
}
