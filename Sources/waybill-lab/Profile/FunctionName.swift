import Glibc
import PrivateCluster

/// Names of functions that a person can read.
enum FunctionName {
  static let valueCopy = "copy or destroy a value"

  /// The Swift names of these symbols, by the tool that comes with the compiler.
  static func swiftNames(of symbols: Set<String>, folder: String) throws -> [String: String] {
    let mangled = symbols.filter { $0.hasPrefix("$s") }.sorted()
    try writeText(mangled.joined(separator: "\n") + "\n", to: folder + "/symbols")
    let done = ChildProcess.output(
      of: [
        "/bin/sh", "-c",
        "exec swift demangle --simplified <\(folder)/symbols >\(folder)/names 2>/dev/null",
      ], seconds: 120, environment: ["PATH": getenv("PATH").map { String(cString: $0) } ?? ""])
    let names = try readText(folder + "/names").split(separator: "\n").map(String.init)
    guard done != nil, names.count == mangled.count else {
      throw LabError("`swift demangle` failed; is swift on the PATH?")
    }
    return Dictionary(uniqueKeysWithValues: zip(mangled, names))
  }

  /// The module of a mangled Swift symbol: "$s10OrderStore7BatcherC…" is of OrderStore. What the
  /// standard library brings has letters instead.
  static func module(of symbol: String) -> String? {
    guard symbol.hasPrefix("$s") else { return nil }
    let rest = symbol.dropFirst(2)
    let digits = rest.prefix { $0.isNumber }
    guard let length = Int(digits) else { return "Swift" }
    return String(rest.dropFirst(digits.count).prefix(length))
  }

  /// Type and function: "specialized closure #1 in Batcher.submit<A>(_:)" is "Batcher.submit".
  static func short(swift name: String) -> String {
    var rest = name[...]
    // Functions that the compiler makes, which the linker also merges when they have the same code:
    // so the name of the type says nothing.
    if made.contains(where: rest.contains) { return valueCopy }
    while let prefix = prefixes.first(where: rest.hasPrefix) { rest = rest.dropFirst(prefix.count) }
    while let closure = rest.prefixMatch(of: #/(implicit )?closure #\d+ in /#) {
      rest = rest[closure.range.upperBound...]
      while let prefix = prefixes.first(where: rest.hasPrefix) {
        rest = rest.dropFirst(prefix.count)
      }
    }
    var short = ""
    var depth = 0
    for character in rest {
      if character == "(" && depth == 0 { break }
      if character == "<" { depth += 1 }
      if depth == 0 { short.append(character) }
      if character == ">" { depth -= 1 }
    }
    return short.isEmpty ? name : short
  }

  private static let made = [
    "outlined ", "destroy for ", "initializeWith", "assignWith", "getEnumTag", "storeEnumTag",
    "metadata accessor for ", "witness table accessor for ", "witness for ", "metadata instantiation",
    "get_type_metadata",
  ]
  private static let prefixes = [
    "specialized ", "generic specialized ", "static ", "merged ", "partial apply for ",
    "reabstraction thunk helper ", "thunk for ", "@objc ",
  ]

  /// "__memmove_avx512_unaligned_erms" is "memmove", "ReadBuffer_common.isra.0" without its end.
  static func short(c symbol: String, in library: String) -> String {
    let name = symbol.prefix { $0 != "." && $0 != "@" }
    guard library == "libc" else { return name.isEmpty ? symbol : String(name) }
    if ["free", "unlink_chunk"].contains(where: name.contains) { return "free" }
    if name.contains("alloc") || name.hasPrefix("tcache") { return "malloc" }
    let plain = name.drop { $0 == "_" }
    let ends = ["_avx", "_evex", "_sse", "_erms"].compactMap { plain.firstRange(of: $0)?.lowerBound }
    return String(plain[..<(ends.min() ?? plain.endIndex)])
  }

  /// What the kernel does for a process, from the functions it is in, the outermost first: which
  /// call, and a word about what it is doing.
  static func kernel(_ functions: [String]) -> [String] {
    let call = functions.lazy.compactMap { $0.firstMatch(of: /^__[a-z0-9]+_sys_(\w+)/)?.1 }.first
    let entry =
      call.map { "kernel: \($0)" } ?? entries.first { functions.contains(where: $0.0.isIn) }?.1
    let doing = activities.first { functions.contains(where: $0.0.isIn) }?.1
    return [entry ?? "kernel"] + (doing.map { [$0] } ?? [])
  }

  private static let entries = [
    ("page_fault", "kernel: page fault"), ("interrupt", "kernel: interrupt"),
    ("sysvec", "kernel: interrupt"),
  ]
  private static let activities = [
    ("__schedule", "switch of tasks"), ("tcp_", "TCP"), ("net_rx_action", "TCP"),
    ("unix_stream", "Unix socket"), ("try_to_wake_up", "waking a task"), ("blk_", "disk"),
  ]
}

extension String {
  fileprivate func isIn(_ other: String) -> Bool { other.contains(self) }
}
