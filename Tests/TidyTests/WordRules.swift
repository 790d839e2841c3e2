extension Rule {
  static let markers = perLine(
    "nothing is left for later without an owner",
    in: { $0.isSwift ? $0.comments : $0.lines },
    finding: { line, _ in
      // Written in two parts, so that this file does not break its own rule.
      let marks: Set<Substring> = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
      return line.words.first(where: marks.contains).map { "leftover \($0)" }
    })

  static let deadCode = perLine(
    "a comment is a sentence, not code", in: \.comments,
    finding: { line, _ in
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("// ") else { return nil }
      let comment = text.dropFirst(3)
      let isBlock = comment.hasSuffix("{") || comment.hasSuffix("}")
      let isCall =
        comment.hasSuffix(")") && comment.contains("(")
        && !comment.prefix { $0 != "(" }.contains(" ")
      let words = comment.split(separator: " ", maxSplits: 3)
      let isBinding =
        words.count > 2 && ["let", "var"].contains(words[0])
        && (words[2] == "=" || words[1].hasSuffix(":"))
      return isBlock || isCall || isBinding ? "commented-out code" : nil
    })

  // Written in parts, as above.
  private static let outside = [".." + "/shared"]

  static let machinePaths = perLine(
    "no file knows the machine it was written on", in: \.lines,
    finding: { line, _ in
      let paths = ["work/", "opt/swift", "root/", "tmp/" + "wb"].map { "/" + $0 } + outside
      return paths.first(where: line.contains).map { "mentions \($0)" }
    })

  /// Names that only the listed files or folders may use, and the rule that says so.
  private static let openDoors: [(name: String, law: String, allowed: [String])] = [
    ("PQexec", "SQL as text", ["Sources/PrivateCluster/Cluster/ClusterConnection.swift"]),
    ("PQexecParams", "blocks", []),
    ("PQconnectdb", "blocks", ["Sources/PrivateCluster/Cluster/ClusterConnection.swift"]),
    ("unsafeText", "SQL as text", ["Sources/Postgres/"]),
  ]

  static let doors = perLine(
    "SQL goes through one door", in: { $0.isSource ? $0.code : [] },
    finding: { line, file in
      let words = line.words
      return openDoors.first { door in
        words.contains { $0 == door.name } && !door.allowed.contains(where: file.path.hasPrefix)
      }
      .map { "\($0.name) (\($0.law))" }
    })

  static let sleeping = perLine(
    "nobody sleeps: wait for a condition with a deadline", in: \.code,
    finding: { line, file in
      let allowed = [
        "Sources/PrivateCluster/Processes/Waiting.swift", "Sources/waybill-lab/",
        "Tests/TestSupport/",
        // Sleeping is the subject of this file.
        "Tests/EventLoopTests/EventLoopTests.swift",
      ]
      guard !allowed.contains(where: file.path.hasPrefix) else { return nil }
      // An event loop has timers, which do not block the thread.
      let sleeps = ["usleep(", "nanosleep(", "Task.sleep("]
      return sleeps.first(where: line.contains).map { "calls \($0)…)" }
    })
}
