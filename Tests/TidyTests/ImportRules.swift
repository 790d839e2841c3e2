extension Rule {
  /// Modules that may call the operating system. The others only compute with values.
  private static let mayCallSystem: Set<String> = [
    "EventLoop", "HTTPServer", "HTTPClient", "Postgres", "PrivateCluster", "Telemetry", "Jobs",
    "waybill", "waybill-lab", "order-process-standin",
  ]

  /// Functions of the C library that the other modules may import by name: fast memory access.
  private static let pureFunctions: Set<Substring> = ["memchr", "memcmp", "memcpy", "memmove"]

  /// A build may find an undeclared module that was built for another target, so it is checked
  /// here.
  static let imports = perLine(
    "a target imports only what Package.swift says that it depends on",
    in: { $0.isSource ? $0.code : [] },
    finding: { line, file in
      guard let named = importedName(line) else { return nil }
      guard let edges = Manifest.repository?.dependencies(of: file.target) else {
        return "\(file.target) is not in Package.swift"
      }
      if named.prefix(2) == ["func", "Glibc"], pureFunctions.contains(named.last ?? "") {
        return nil
      }
      let system =
        mayCallSystem.contains(file.target) ? ["Glibc", "Synchronization"] : ["Synchronization"]
      let module = named.joined(separator: " ")
      return (edges + system).contains(module) ? nil : "\(file.target) imports \(module)"
    })

  static let dependencies = Rule(promise: "every dependency in Package.swift is imported") { tree in
    guard let manifest = tree.lazy.compactMap(Manifest.init).first else { return [] }
    var imported: [String: Set<String>] = [:]
    for file in tree where file.isSwift {
      for line in file.code {
        guard let module = importedName(line)?.last else { continue }
        imported[file.target, default: []].insert(String(module))
      }
    }
    return manifest.targets.flatMap { target in
      target.dependencies.filter { dependency in
        !manifest.programs.contains(dependency)
          && imported[target.name]?.contains(dependency) != true
      }
      .map { "Package.swift:1: \(target.name) does not import \($0)" }
    }
  }

  /// The words after `import`; nil for other lines.
  private static func importedName(_ line: String) -> ArraySlice<Substring>? {
    let words = line.words
    guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1
    else { return nil }
    return words[(keyword + 1)...]
  }
}
