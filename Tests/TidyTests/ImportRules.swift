extension Rule {
  /// The picture of the design: what each target may import of ours.
  private static let edges: [String: Set<String>] = [
    "EventLoop": ["CLinux"],
    "JSON": [],
    "HTTP": ["CZlib"],
    "HTTPServer": ["EventLoop", "HTTP"],
    "HTTPClient": ["EventLoop", "HTTP"],
    "Postgres": ["EventLoop", "CPQ", "CCrypto"],
    "PrivateCluster": ["Postgres", "CPQ"],
    "Orders": [],
    "OrderStore": ["Orders", "Postgres", "CCrypto"],
    "OrderService": ["Orders", "OrderStore", "HTTPClient", "HTTP", "JSON"],
    "OrderAPI": ["Orders", "OrderStore", "OrderService", "HTTP", "JSON"],
    "waybill": [
      "EventLoop", "JSON", "HTTP", "HTTPServer", "HTTPClient", "Postgres", "PrivateCluster",
      "Orders", "OrderStore", "OrderService", "OrderAPI", "CEmbedded",
    ],
    "waybill-lab": ["EventLoop", "HTTP", "JSON", "HTTPClient", "Postgres", "PrivateCluster"],
    "order-process-standin": ["EventLoop", "HTTP", "HTTPServer", "HTTPClient", "JSON"],
  ]

  /// Those that deal with the operating system. The others are values, and the same everywhere.
  private static let mayCallSystem: Set<String> = [
    "EventLoop", "HTTPServer", "HTTPClient", "Postgres", "PrivateCluster", "waybill", "waybill-lab",
    "order-process-standin",
  ]

  /// What a value may use of the C library, imported by name: the fast ways through memory.
  private static let pureFunctions: Set<Substring> = ["memchr", "memcmp", "memcpy", "memmove"]

  static let imports = perLine(
    "a target imports only what the picture of the design allows",
    in: { $0.isSource ? $0.code : [] },
    finding: { line, file in
      let words = line.words
      guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1
      else { return nil }
      guard let edges = edges[file.target] else { return "\(file.target) is not in the picture" }
      let named = words[(keyword + 1)...]
      if named.prefix(2) == ["func", "Glibc"], pureFunctions.contains(words.last ?? "") {
        return nil
      }
      let system: Set<String> =
        mayCallSystem.contains(file.target) ? ["Glibc", "Synchronization"] : ["Synchronization"]
      let module = named.joined(separator: " ")
      return edges.union(system).contains(module) ? nil : "\(file.target) imports \(module)"
    })
}
