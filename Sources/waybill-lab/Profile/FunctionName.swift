import Glibc
import PrivateCluster

/// Names of functions that a person can read.
enum FunctionName {
  static let valueCopy = "copy or destroy a value"
  static let typeMetadata = "Swift's facts about a type"

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
  /// Empty for what only passes a call on.
  static func short(swift name: String) -> String {
    var rest = name[...]
    // Functions that the compiler makes, which the linker also merges when they have the same code:
    // so the name of the type says nothing.
    if copies.contains(where: rest.contains) { return valueCopy }
    if metadata.contains(where: rest.contains) { return typeMetadata }
    while let prefix = rest.prefixMatch(of: prefix) { rest = rest[prefix.range.upperBound...] }
    return rest.hasPrefix("thunk ") ? "" : withoutGenerics(rest)
  }

  /// The name up to its parameters.
  private static func withoutGenerics(_ name: Substring) -> String {
    var short = ""
    var depth = 0
    for character in name {
      if character == "(" && depth == 0 { break }
      if character == "<" { depth += 1 }
      if depth == 0 { short.append(character) }
      if character == ">" { depth -= 1 }
    }
    return short
  }

  private static let copies = ["outlined ", "destroy for ", "WithCopy", "WithTake", "EnumTag"]
  private static let metadata = [
    "metadata accessor for ", "witness table accessor for ", "metadata instantiation",
  ]
  private static var prefix: Regex<Substring> {
    #/
      (?: specialized | static | merged | @objc | partial\ apply\ for | dispatch\ thunk\ of
        | protocol\ witness\ for
        | (?: implicit\ )? closure\ \#\d+\ in | variable\ initialization\ expression\ of )
      \x20
    /#
  }

  /// "__memmove_avx512_unaligned_erms" is "memmove", "ReadBuffer_common.isra.0" without its end.
  static func short(c symbol: String, in library: String) -> String {
    if symbol.contains("::") { return withoutGenerics(symbol[...]) }
    let name = symbol.prefix { $0 != "." && $0 != "@" }
    guard library == "libc" else { return name.isEmpty ? symbol : String(name) }
    if ["free", "unlink_chunk"].contains(where: name.contains) { return "free" }
    if name.contains("alloc") || name.hasPrefix("tcache") { return "malloc" }
    var plain = name.drop { $0 == "_" }
    for prefix in ["GI___", "libc_"] where plain.hasPrefix(prefix) {
      plain = plain.dropFirst(prefix.count)
    }
    let ends = ["_avx", "_evex", "_sse", "_erms"].compactMap {
      plain.firstRange(of: $0)?.lowerBound
    }
    return String(plain[..<(ends.min() ?? plain.endIndex)])
  }

  /// What the kernel does for a process, from the functions it is in, the outermost first: which
  /// call, and a word about what it is doing.
  static func kernel(_ functions: [String]) -> [String] {
    let call = functions.first { $0.hasPrefix("__") && $0.contains("_sys_") }
      .flatMap { name in name.firstRange(of: "_sys_").map { name[$0.upperBound...] } }
    let entry =
      call.map { "kernel: \($0)" } ?? entries.first { functions.contains(where: $0.0.isIn) }?.1
    let doing = activities.first { functions.contains(where: $0.0.isIn) }?.1
    return [entry ?? "kernel"] + (doing.map { [$0] } ?? [])
  }

  private static let entries = [
    ("page_fault", "kernel: page fault"), ("interrupt", "kernel: interrupt"),
    ("sysvec", "kernel: interrupt"), ("exit_to_user_mode", "kernel: before it returns"),
  ]
  private static let activities = [
    ("__schedule", "switch of tasks"), ("tcp_", "TCP"), ("net_rx_action", "TCP"),
    ("unix_stream", "Unix socket"), ("try_to_wake_up", "waking a task"), ("blk_", "disk"),
  ]
}

extension String {
  fileprivate func isIn(_ other: String) -> Bool { other.contains(self) }
}
