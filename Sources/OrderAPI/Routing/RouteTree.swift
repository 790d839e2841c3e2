import HTTP

/// All routes of a port by the segments of their paths.
struct RouteTree {
  /// A route and the contract it belongs to: an object, as every call holds one.
  final class Entry {
    let route: Route
    let mount: Router.Mount
    /// The whole path, as metrics and logs name the route.
    let template: String

    init(_ route: Route, _ mount: Router.Mount) {
      self.route = route
      self.mount = mount
      template = mount.path.base + route.path.text
    }
  }

  /// What is offered at one path.
  struct Endpoint {
    var entries: [Entry] = []

    /// The route for a method; HEAD is GET without the body, which the encoder leaves out.
    func entry(for method: Method) -> Entry? {
      entries.first { $0.route.method == method || (method == .head && $0.route.method == .get) }
    }

    var allowed: [Method] {
      entries.flatMap { $0.route.method == .get ? [.get, .head] : [$0.route.method] } + [.options]
    }
  }

  private struct Node {
    var literals: [(bytes: [UInt8], node: Int)] = []
    var value: Int?
    var endpoint = Endpoint()
  }

  private var nodes = [Node()]

  /// What is offered anywhere, each once.
  var allowed: [Method] {
    Endpoint(entries: nodes.flatMap(\.endpoint.entries)).allowed.reduce(into: []) { all, method in
      if !all.contains(method) { all.append(method) }
    }
  }

  mutating func insert(_ entry: Entry) {
    var node = 0
    for segment in entry.mount.path.segments + entry.route.path.segments {
      node = child(of: node, for: segment)
    }
    precondition(
      !nodes[node].endpoint.entries.contains { $0.route.method == entry.route.method },
      "\(entry.route.method.name) \(entry.route.path.text) is offered twice")
    nodes[node].endpoint.entries.append(entry)
  }

  /// The endpoint at a path, and the segments that stand for values. A literal segment wins over a
  /// value; an empty segment is none, so a trailing slash names nothing.
  func find(_ path: ArraySlice<UInt8>) -> (endpoint: Endpoint, values: [ArraySlice<UInt8>])? {
    var node = 0
    var values: [ArraySlice<UInt8>] = []
    var segments = PathSegments(path)
    while let segment = segments.next() {
      if let literal = nodes[node].literals.first(where: { $0.bytes.elementsEqual(segment) }) {
        node = literal.node
      } else if let value = nodes[node].value, !segment.isEmpty {
        values.append(segment)
        node = value
      } else {
        return nil
      }
    }
    return nodes[node].endpoint.entries.isEmpty ? nil : (nodes[node].endpoint, values)
  }

  private mutating func child(of node: Int, for segment: PathPattern.Segment) -> Int {
    let new = nodes.count
    switch segment {
    case .literal(let bytes):
      if let known = nodes[node].literals.first(where: { $0.bytes == bytes }) { return known.node }
      nodes[node].literals.append((bytes, new))
    case .value:
      if let known = nodes[node].value { return known }
      nodes[node].value = new
    }
    nodes.append(Node())
    return new
  }
}

/// The segments of a path, one after the other, still percent-encoded.
struct PathSegments {
  private var rest: ArraySlice<UInt8>
  private var atEnd: Bool

  init(_ path: ArraySlice<UInt8>) {
    rest = path.dropFirst()
    // "/" alone has no segment; anything else than an absolute path ("*") matches no route.
    atEnd = path.first == UInt8(ascii: "/") && rest.isEmpty
    if path.first != UInt8(ascii: "/") { rest = path }
  }

  mutating func next() -> ArraySlice<UInt8>? {
    guard !atEnd else { return nil }
    guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else {
      atEnd = true
      return rest
    }
    defer { rest = rest[(slash + 1)...] }
    return rest[..<slash]
  }
}
