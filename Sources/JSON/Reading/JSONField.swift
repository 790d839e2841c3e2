/// A value of the document, or a missing one.
///
/// A field that is read directly is required: `json["name"].string()`. Read through `optional` or
/// `ifPresent` it is not: `json["name"].optional?.string()`.
public struct JSONField {
  enum Location {
    case value(Int)
    case absent(object: Int)
    /// A field of a value that was refused as a whole: reads return placeholders and record
    /// nothing.
    case placeholder
  }

  let document: JSONDocument
  let location: Location
  let key: StaticString

  init(document: JSONDocument, location: Location, key: StaticString = "") {
    self.document = document
    self.location = location
    self.key = key
  }

  /// The field if it is present, even if it is null.
  public var ifPresent: JSONField? {
    if case .value = location { self } else { nil }
  }

  /// The field if it is present and not null.
  public var optional: JSONField? { isGiven ? self : nil }

  /// Whether it is there, and a string.
  public var isString: Bool {
    if case .value(let node) = location { document.tape.nodes[node].kind == .string } else { false }
  }

  var isGiven: Bool {
    if case .value(let node) = location { document.tape.nodes[node].kind != .null } else { false }
  }

  /// Refuses the field for a rule of the caller.
  @discardableResult
  public func refuse(_ message: String) -> JSONInvalid {
    record(.refused(message))
    return JSONInvalid()
  }

  /// The node of a required value; nil, with a violation recorded, when it is absent.
  func required() -> Int? {
    switch location {
    case .value(let node): return node
    case .absent: record(.missing)
    case .placeholder: break
    }
    return nil
  }

  func record(_ reason: JSONViolation.Reason) {
    switch location {
    case .value(let node):
      document.record(reason, at: document.tape.path(to: node))
    case .absent(let object):
      document.record(
        reason, at: JSONTape.path(document.tape.path(to: object), appending: "\(key)"))
    case .placeholder:
      break
    }
  }
}
