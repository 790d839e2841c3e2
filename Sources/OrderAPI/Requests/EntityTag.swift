import HTTP
import JSON

/// A strong tag that tells the states of a resource apart (RFC 9110 section 8.8.3).
struct EntityTag: Hashable {
  /// The end of the tag of a compressed form. Plain and compressed form are one state, so a
  /// condition may name either.
  static let gzipMark = "-gzip"

  /// The text between the quotes.
  let value: String

  /// The tag of a resource whose version grows by one with every change.
  init(version: Int) { value = "\(version)" }

  init(_ value: String) { self.value = value }

  /// The version in the tag; nil when it holds none.
  var version: Int? { Int(value).flatMap { "\($0)" == value ? $0 : nil } }

  /// The tag as a field of an answer.
  var field: Field { Field("ETag", "\"\(value)\"") }
}

/// The condition in `If-Match` or `If-None-Match` (RFC 9110 section 13.1).
enum EntityTagCondition: Equatable {
  /// `*`: any state.
  case any
  /// These tags. Weak ones do not promise that states are equal byte for byte.
  case tags(strong: [EntityTag], weak: [EntityTag])

  /// Reads the field's lines, `"a", W/"b"` or `*`; nil when they are malformed.
  init?(_ lines: [String]) {
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

extension Response {
  /// The answer to a change: the resource after it, with its tag.
  static func changed(_ tag: EntityTag, _ body: [UInt8]) -> Response {
    Response(.ok, contentType: .json, fields: [tag.field], body: body)
  }

  /// The answer to a creation: the new resource, its address and its tag.
  static func created(at location: String, _ tag: EntityTag, _ body: [UInt8]) -> Response {
    Response(
      .created, contentType: .json, fields: [Field("Location", location), tag.field], body: body)
  }
}
