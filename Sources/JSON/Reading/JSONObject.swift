/// An object being decoded.
public struct JSONObject {
  let document: JSONDocument

  /// Nil for the placeholder of a value that is not an object; its fields are placeholders too.
  let node: Int?

  /// A field by its name, present or not; marks the key as known.
  public subscript(key: StaticString) -> JSONField {
    JSONField(document: document, location: location(of: key), key: key)
  }

  func location(of key: StaticString) -> JSONField.Location {
    guard let node else { return .placeholder }
    return document.value(of: key, in: node).map { .value($0) } ?? .absent(object: node)
  }

  /// Refuses the object as a whole, for a rule that concerns several fields.
  @discardableResult
  public func refuse(_ message: String) -> JSONInvalid {
    if let node { document.record(.refused(message), at: document.tape.path(to: node)) }
    return JSONInvalid()
  }

  /// Throws if there is any violation so far: to be called before code that cannot handle a
  /// placeholder.
  public func check() throws(JSONInvalid) {
    if !document.violations.isEmpty { throw JSONInvalid() }
  }

  func refuseUnknown() {
    if let node { document.refuseUnknown(in: node) }
  }
}
