/// An object being decoded.
public struct JSONObject {
  let document: JSONDocument

  /// Nil for the stand-in of something that is no object; its fields are stand-ins too.
  let node: Int?

  /// A field by its name, present or not; from now on it is a known one.
  public subscript(key: StaticString) -> JSONField {
    guard let node else { return JSONField(standInOf: document) }
    return JSONField(document: document, object: node, key: key)
  }

  /// Refuses the object as a whole, for a rule between its fields.
  @discardableResult
  public func refuse(_ message: String) -> JSONInvalid {
    if let node { document.record(.refused(message), at: document.tape.path(to: node)) }
    return JSONInvalid()
  }

  /// Leaves when anything read so far was wrong, before code that cannot bear a stand-in.
  public func check() throws(JSONInvalid) {
    if !document.violations.isEmpty { throw JSONInvalid() }
  }

  @usableFromInline
  func refuseUnknown() {
    if let node { document.refuseUnknown(in: node) }
  }
}
