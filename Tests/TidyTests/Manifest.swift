/// The targets of Package.swift, as far as the rules need them.
struct Manifest: Sendable {
  /// The targets in the order of the manifest, each with the names that it depends on.
  let targets: [(name: String, dependencies: [String])]
  /// Programs: a test target depends on one to have it built, and starts it without an import.
  let programs: Set<String>

  static let repository = SourceFile.tree.lazy.compactMap(Manifest.init).first

  /// Nil for any other file.
  init?(_ file: SourceFile) {
    guard file.path == "Package.swift" else { return nil }
    // Line comments may contain brackets. No string of the manifest contains two slashes.
    let text = file.lines
      .map { line in line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? line }
      .joined(separator: "\n")
    var targets: [(String, [String])] = []
    var programs: Set<String> = []
    let start =
      #/(?:^|[\s\[,])(library|tests|\.target|\.executableTarget)\(\s*(?:name:\s*)?"([^"]+)"/#
    for match in text.matches(of: start) {
      let name = String(match.2)
      if match.1 == ".executableTarget" { programs.insert(name) }
      // The dependencies are the next list, if it comes before the end of the call.
      let rest = text[match.range.upperBound...]
      guard let list = rest.prefixMatch(of: #/\s*,\s*(?:dependencies:\s*)?\[([^\]]*)\]/#) else {
        targets.append((name, []))
        continue
      }
      targets.append((name, list.1.matches(of: #/"([^"]+)"/#).map { String($0.1) }))
    }
    self.targets = targets.map { (name: $0.0, dependencies: $0.1) }
    self.programs = programs
  }

  func dependencies(of target: String) -> [String]? {
    targets.first { $0.name == target }?.dependencies
  }
}
