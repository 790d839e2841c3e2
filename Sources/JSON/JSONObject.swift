/// An object being decoded.
package struct JSONObject {
  let document: JSONDocument

  /// Nil for the stand-in of something that is no object; its fields are stand-ins too.
  let node: Int?

  /// A field by its name, present or not; from now on it is a known one.
  package subscript(key: StaticString) -> JSONField {
    JSONField(document: document, place: place(of: key), key: key)
  }

  func place(of key: StaticString) -> JSONField.Place {
    guard let node else { return .standIn }
    return document.value(of: key, in: node).map { .value($0) } ?? .absent(object: node)
  }

  /// Refuses the object as a whole, for a rule between its fields.
  @discardableResult
  package func refuse(_ message: String) -> JSONInvalid {
    if let node { document.record(.refused(message), at: document.tape.path(to: node)) }
    return JSONInvalid()
  }

  /// Leaves when anything read so far was wrong, before code that cannot bear a stand-in.
  package func check() throws(JSONInvalid) {
    if !document.violations.isEmpty { throw JSONInvalid() }
  }

  func refuseUnknown() {
    if let node { document.refuseUnknown(in: node) }
  }
}
