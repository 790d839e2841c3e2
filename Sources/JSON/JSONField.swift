/// A value of the document, or the place where one is missing.
///
/// Asked directly a field is required: `json["name"].string()`. With `optional` or `ifPresent`
/// before it, it is not: `json["name"].optional?.string()`.
package struct JSONField {
  enum Place {
    case value(Int)
    case absent(object: Int)
    /// Inside something that was refused as a whole: reads return stand-ins and complain no more.
    case standIn
  }

  let document: JSONDocument
  let place: Place
  let key: StaticString

  init(document: JSONDocument, place: Place, key: StaticString = "") {
    self.document = document
    self.place = place
    self.key = key
  }

  /// The field when it is there, be it null.
  package var ifPresent: JSONField? {
    if case .value = place { self } else { nil }
  }

  /// The field when it is there and not null.
  package var optional: JSONField? { isGiven ? self : nil }

  var isGiven: Bool {
    if case .value(let node) = place { document.tape.nodes[node].kind != .null } else { false }
  }

  /// What a merging update does to the field: absent keeps, null clears, a value sets.
  package func change<Value, Failure: Error>(
    _ read: (JSONField) throws(Failure) -> Value
  ) throws(Failure) -> JSONChange<Value> {
    guard ifPresent != nil else { return .keep }
    guard let field = optional else { return .clear }
    return .set(try read(field))
  }

  /// Refuses the field for a reason of the contract's own.
  @discardableResult
  package func refuse(_ message: String) -> JSONInvalid {
    record(.refused(message))
    return JSONInvalid()
  }

  /// The node of a required value; its absence is recorded.
  func required() -> Int? {
    switch place {
    case .value(let node): return node
    case .absent: record(.missing)
    case .standIn: break
    }
    return nil
  }

  func record(_ reason: JSONViolation.Reason) {
    switch place {
    case .value(let node):
      document.record(reason, at: document.tape.path(to: node))
    case .absent(let object):
      document.record(
        reason, at: JSONTape.path(document.tape.path(to: object), appending: "\(key)"))
    case .standIn:
      break
    }
  }
}

/// What a merging update does to a value.
package enum JSONChange<Value> {
  /// The field is absent: the value stays.
  case keep
  /// The field is null: the value goes.
  case clear
  /// The field has a value.
  case set(Value)
}

extension JSONChange: Equatable where Value: Equatable {}
extension JSONChange: Sendable where Value: Sendable {}
