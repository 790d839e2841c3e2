/// A strong tag that tells the states of a resource apart (RFC 9110 section 8.8.3).
package struct EntityTag: Hashable, Sendable {
  /// The end of the tag of a compressed form. Plain and compressed form are one state, so a
  /// condition may name either.
  package static let gzipMark = "-gzip"

  /// The text between the quotes.
  package let value: String

  /// The tag of a resource whose version grows by one with every change.
  package init(version: Int) { value = "\(version)" }

  package init(_ value: String) { self.value = value }

  /// The tag of bytes that are kept in memory. FNV-1a: it tells them apart, and need not resist
  /// forgery.
  package init(of bytes: [UInt8]) {
    let sum = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    value = String(sum, radix: 16)
  }

  /// The version in the tag; nil when it holds none.
  package var version: Int? { Int(value).flatMap { "\($0)" == value ? $0 : nil } }

  /// The tag as a field of an answer.
  package var field: Field { Field("ETag", "\"\(value)\"") }
}

/// The condition in `If-Match` or `If-None-Match` (RFC 9110 section 13.1).
package enum EntityTagCondition: Equatable, Sendable {
  /// `*`: any state.
  case any
  /// These tags. Weak ones do not promise that states are equal byte for byte.
  case tags(strong: [EntityTag], weak: [EntityTag])

  /// Reads the field's lines, `"a", W/"b"` or `*`; nil when they are malformed.
  package init?(_ lines: [String]) {
    guard lines != ["*"] else {
      self = .any
      return
    }
    var (strong, weak): ([EntityTag], [EntityTag]) = ([], [])
    var rest = lines.joined(separator: ",")[...]
    while true {
      // Elements of a list may be empty.
      rest = rest.drop { $0 == "," || $0 == " " || $0 == "\t" }
      guard !rest.isEmpty else { break }
      let isWeak = rest.hasPrefix("W/")
      if isWeak { rest.removeFirst(2) }
      guard rest.popFirst() == "\"", let end = rest.firstIndex(of: "\"") else { return nil }
      let value = rest[..<end]
      let isMarked = value.hasSuffix(EntityTag.gzipMark)
      let tag = EntityTag(String(value.dropLast(isMarked ? EntityTag.gzipMark.count : 0)))
      if isWeak { weak.append(tag) } else { strong.append(tag) }
      rest = rest[rest.index(after: end)...].drop { $0 == " " || $0 == "\t" }
      guard rest.isEmpty || rest.first == "," else { return nil }
    }
    self = .tags(strong: strong, weak: weak)
  }
}

extension Request {
  /// Whether the caller has the state of this tag already (RFC 9110 section 13.1.2). A weak tag is
  /// enough here.
  package func has(_ tag: EntityTag) -> Bool {
    guard hasField("if-none-match") else { return false }
    switch EntityTagCondition(fields("if-none-match")) {
    case nil: return false
    case .any: return true
    case .tags(let strong, let weak): return strong.contains(tag) || weak.contains(tag)
    }
  }
}
