import HTTP

/// All routes of a port by the segments of their paths.
struct RouteTree {
  /// A route and the contract it belongs to. Every call holds one, so it is an object, and copying
  /// it costs one count of references.
  final class Entry {
    let route: Route
    let mount: Mount
    /// The whole path, by which metrics and logs name the route.
    let template: String

    init(_ route: Route, _ mount: Mount) {
      self.route = route
      self.mount = mount
      template = mount.template(of: route)
    }
  }

  /// The routes of one path, which differ in their methods.
  struct Endpoint {
    var entries: [Entry] = []

    /// The route for a method. HEAD uses that of GET, as the encoder leaves out the body.
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

  /// The methods of all routes, each once.
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

  /// The endpoint at a path, and the segments that stand for values. A literal segment is preferred
  /// to a value. An empty segment is no value, so a trailing slash matches no value.
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
