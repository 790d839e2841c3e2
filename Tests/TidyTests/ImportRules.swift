extension Rule {
  /// The picture of the design: what each target may import of ours.
  private static let edges: [String: Set<String>] = [
    "EventLoop": ["CLinux"],
    "JSON": [],
    "HTTP": [],
    "HTTPServer": ["EventLoop", "HTTP"],
    "HTTPClient": ["EventLoop", "HTTP"],
    "Postgres": ["EventLoop", "CPQ"],
    "Orders": [],
    "OrderStore": ["Orders", "Postgres"],
    "OrderService": ["Orders", "OrderStore", "HTTPClient"],
    "OrderAPI": ["Orders", "OrderService", "HTTP", "JSON"],
    "waybill": [
      "EventLoop", "JSON", "HTTP", "HTTPServer", "HTTPClient", "Postgres", "Orders", "OrderStore",
      "OrderService", "OrderAPI",
    ],
    "waybill-lab": ["EventLoop", "HTTP", "JSON", "HTTPClient", "Postgres"],
  ]

  /// Those that deal with the operating system. The others are values, and the same everywhere.
  private static let mayCallSystem: Set<String> = [
    "EventLoop", "HTTPServer", "HTTPClient", "Postgres", "waybill", "waybill-lab",
  ]

  static let imports = perLine(
    "a target imports only what the picture of the design allows",
    in: { $0.isSource ? $0.code : [] },
    finding: { line, file in
      let words = line.words
      guard let keyword = words.firstIndex(of: "import"), keyword < 2,
        let module = words.dropFirst(keyword + 1).first.map(String.init)
      else { return nil }
      guard let allowed = edges[file.target] else { return "\(file.target) is not in the picture" }
      let system: Set<String> =
        mayCallSystem.contains(file.target) ? ["Glibc", "Synchronization"] : ["Synchronization"]
      return allowed.union(system).contains(module) ? nil : "\(file.target) imports \(module)"
    })
}
