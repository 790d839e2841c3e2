/// A document as a flat list of nodes in document order, with the text that they refer to.
///
/// A container's node is followed by its children; an object's children are keys and values in
/// turn.
struct JSONTape {
  var nodes: [JSONNode] = []

  /// The document's bytes. Strings with escapes are decoded in place, so a node's range is always
  /// plain UTF-8. The array is copied only when there is an escape.
  var text: [UInt8]

  init(text: [UInt8]) {
    self.text = text
    // An order body has a value in every 8 bytes or more; for denser documents the list grows.
    nodes.reserveCapacity(text.count / 8 + 8)
  }

  func key(at index: Int, is name: StaticString) -> Bool {
    let range = nodes[index].text
    guard range.count == name.utf8CodeUnitCount else { return false }
    return name.withUTF8Buffer { name in
      for position in 0..<name.count where text[range.lowerBound + position] != name[position] {
        return false
      }
      return true
    }
  }

  func string(at index: Int) -> String {
    String(decoding: text[nodes[index].text], as: UTF8.self)
  }

  /// The number of Unicode scalars of a string: its bytes that are not UTF-8 continuation bytes.
  func scalars(at index: Int) -> Int {
    let text = text.span.extracting(nodes[index].text)
    var count = 0
    for index in text.indices where text[index] & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// The value of a number, or of a string with a number, in units of 10^-fractionDigits.
  func decimal(at index: Int, fractionDigits: Int) throws(JSONDecimal.Problem) -> Int64 {
    let text = text.span.extracting(nodes[index].text)
    return try JSONDecimal.parse(text, fractionDigits: fractionDigits)
  }

  /// The path from the root to a node, as `items[0].quantity`.
  ///
  /// Found by a walk from the root, because only errors need it. A container that is still being
  /// parsed extends to the end of the tape, so the walk also finds the value with a syntax error.
  func path(to target: Int) -> String {
    var path = ""
    var container = 0
    while container < target, isContainer(container, around: target) {
      guard let child = child(of: container, holding: target) else { break }
      if nodes[container].kind == .array {
        path += "[\(child.ordinal)]"
      } else {
        path = Self.path(path, appending: shortened(key: child.index - 1))
      }
      container = child.index
    }
    return path
  }

  private func isContainer(_ index: Int, around target: Int) -> Bool {
    guard index < nodes.count else { return false }
    let node = nodes[index]
    guard node.kind == .array || node.kind == .object else { return false }
    return node.extent == 0 || target < node.extent
  }

  static func path(_ path: String, appending key: String) -> String {
    path.isEmpty ? key : path + "." + key
  }

  private func child(of container: Int, holding target: Int) -> (index: Int, ordinal: Int)? {
    let isObject = nodes[container].kind == .object
    var index = container + 1
    var ordinal = 0
    while index <= target {
      if isObject {
        // A target at the position of a key is reported for the object itself.
        if index == target { return nil }
        index += 1
      }
      guard index < nodes.count else { return (index, ordinal) }
      let next = nodes[index].next(after: index)
      // A container that is still being parsed has no end yet.
      if next == 0 || target < next { return (index, ordinal) }
      index = next
      ordinal += 1
    }
    return nil
  }

  /// A key as it appears in a path.
  func shortened(key index: Int) -> String {
    let bytes = text[nodes[index].text]
    guard bytes.count > JSONLimits.pathKeyBytes else { return string(at: index) }
    var end = bytes.startIndex + JSONLimits.pathKeyBytes
    while bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }
}
