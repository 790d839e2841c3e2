import HTTP
import JSON

/// What tells one state of a resource from another (RFC 9110 section 8.8.3); always strong.
struct EntityTag: Hashable {
  /// What stands between the quotes.
  let value: String

  /// The tag of a resource whose version moves with every change.
  init(version: Int) { value = "\(version)" }

  init(_ value: String) { self.value = value }

  /// The tag as an answer carries it.
  var field: Field { Field("ETag", "\"\(value)\"") }
}

/// What stands in `If-None-Match`.
enum EntityTagCondition: Equatable {
  /// `*`: whatever is there.
  case any
  /// Strong tags by their values, and weak ones, which say less.
  case tags(strong: [String], weak: [String])

  /// Reads `"a", W/"b"` or `*`; nil for what is neither.
  init?(_ text: String) {
    if text == "*" {
      self = .any
      return
    }
    var (strong, weak): ([String], [String]) = ([], [])
    var rest = Substring(text)
    while true {
      let isWeak = rest.hasPrefix("W/")
      if isWeak { rest.removeFirst(2) }
      guard rest.popFirst() == "\"", let end = rest.firstIndex(of: "\"") else { return nil }
      let value = String(rest[..<end])
      if isWeak { weak.append(value) } else { strong.append(value) }
      rest = rest[rest.index(after: end)...].drop { $0 == " " || $0 == "\t" }
      guard !rest.isEmpty else { break }
      guard rest.popFirst() == "," else { return nil }
      rest = rest.drop { $0 == " " || $0 == "\t" }
    }
    self = .tags(strong: strong, weak: weak)
  }
}

extension Call {
  /// What is there: 304 when the caller has it already, else 200.
  func answer(
    _ tag: EntityTag, _ contentType: ContentType = .json, fields: [Field] = [],
    body: () -> [UInt8]
  ) -> Response {
    let fields = [tag.field, Field("Cache-Control", "no-cache")] + fields
    return callerHas(tag)
      ? Response(.notModified, fields: fields)
      : Response(.ok, contentType: contentType, fields: fields, body: body())
  }

  /// Whether the caller has this state already.
  func callerHas(_ tag: EntityTag) -> Bool {
    let lines = request.fields("if-none-match")
    switch lines.isEmpty ? nil : EntityTagCondition(lines.joined(separator: ", ")) {
    case nil: return false
    case .any: return true
    case .tags(let strong, let weak): return strong.contains(tag.value) || weak.contains(tag.value)
    }
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
