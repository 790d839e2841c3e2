import HTTP
import JSON

/// What tells one state of a resource from another (RFC 9110 section 8.8.3); always strong.
struct EntityTag: Hashable {
  /// What the tag of a compressed form ends with. Both forms are of one state, so a condition may
  /// name either.
  static let gzipMark = "-gzip"

  /// What stands between the quotes.
  let value: String

  /// The tag of a resource whose version moves by one with every change, whoever makes it.
  init(version: Int) { value = "\(version)" }

  init(_ value: String) { self.value = value }

  /// The version that the tag is of; nil when it is of none.
  var version: Int? { Int(value).flatMap { "\($0)" == value ? $0 : nil } }

  /// The tag as an answer carries it.
  var field: Field { Field("ETag", "\"\(value)\"") }
}

/// What stands in `If-Match` or `If-None-Match` (RFC 9110 section 13.1).
enum EntityTagCondition: Equatable {
  /// `*`: whatever is there.
  case any
  /// Strong tags, and weak ones, which do not tell one state from another byte for byte.
  case tags(strong: [EntityTag], weak: [EntityTag])

  /// Reads the field's lines, `"a", W/"b"` or `*`; nil for what is neither.
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
  /// What a change left behind, with its tag.
  static func changed(_ tag: EntityTag, _ body: [UInt8]) -> Response {
    Response(.ok, contentType: .json, fields: [tag.field], body: body)
  }

  /// What was made, where it is, and its tag.
  static func created(at location: String, _ tag: EntityTag, _ body: [UInt8]) -> Response {
    Response(
      .created, contentType: .json, fields: [Field("Location", location), tag.field], body: body)
  }
}
