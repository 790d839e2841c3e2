/// A path in which some segments stand for values: `/products/{id}`.
package struct PathPattern: ExpressibleByStringLiteral, Sendable {
  enum Segment: Equatable, Sendable {
    case literal([UInt8])
    case value(name: String)
  }

  /// The pattern as written.
  package let text: String
  let segments: [Segment]
  /// The names of the values, in their order.
  let names: [String]
  /// What stands before a path below this one: the pattern, or nothing for the root.
  package var base: String { text == "/" ? "" : text }

  /// A pattern as a route table writes it; a name in braces takes one segment.
  package init(stringLiteral text: String) {
    self.init(text)
  }

  init(_ text: String) {
    self.text = text
    var segments: [Segment] = text.split(separator: "/").map { segment in
      segment.hasPrefix("{") && segment.hasSuffix("}")
        ? .value(name: String(segment.dropFirst().dropLast()))
        : .literal(Array(segment.utf8))
    }
    // A trailing slash is an empty segment and makes another address.
    if text.hasSuffix("/"), text != "/" { segments.append(.literal([])) }
    self.segments = segments
    names = segments.compactMap { if case .value(let name) = $0 { name } else { nil } }
  }
}

extension PathPattern {
  /// Whether a path is this one or lies below it.
  func covers(_ path: ArraySlice<UInt8>) -> Bool {
    var rest = PathSegments(path)
    for segment in segments {
      guard case .literal(let bytes) = segment, let next = rest.next(), next.elementsEqual(bytes)
      else { return false }
    }
    return true
  }
}

/// The segments of a path, one after the other, still percent-encoded.
struct PathSegments {
  private var rest: ArraySlice<UInt8>
  private var atEnd: Bool

  init(_ path: ArraySlice<UInt8>) {
    rest = path.dropFirst()
    // "/" alone has no segment. A path that is not absolute, such as "*", matches no route.
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
