/// A parsed document that is being decoded, with the violations found so far.
///
/// Objects and fields refer to it by index; it lives only as long as one decoding.
@usableFromInline
final class JSONDocument {
  var tape: JSONTape
  let unknownFields: JSONUnknownFields
  private(set) var violations: [JSONViolation] = []

  private init(_ tape: JSONTape, unknownFields: JSONUnknownFields) {
    self.tape = tape
    self.unknownFields = unknownFields
  }

  @usableFromInline
  static func parse(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields
  ) throws(JSONFailure) -> JSONDocument {
    do {
      return JSONDocument(try JSONParser.parse(bytes), unknownFields: unknownFields)
    } catch {
      throw .syntax(error)
    }
  }

  @usableFromInline var root: JSONField { JSONField(document: self, node: 0) }

  @usableFromInline
  func throwViolations() throws(JSONFailure) {
    if !violations.isEmpty { throw .violations(violations) }
  }

  /// Notes what is wrong with a field; of several complaints about one field the first counts.
  func record(_ reason: JSONViolation.Reason, at field: @autoclosure () -> String) {
    guard violations.count < JSONLimits.violations else { return }
    let violation = JSONViolation(field: field(), reason: reason)
    if violations.last?.field != violation.field { violations.append(violation) }
  }

  /// The value of an object's key, which from now on is known.
  func value(of key: StaticString, in object: Int) -> Int? {
    let end = Int(tape.nodes[object].extent)
    var index = object + 1
    while index < end {
      if tape.key(at: index, is: key) {
        tape.nodes[index].markRead()
        return index + 1
      }
      index = tape.nodes[index + 1].next(after: index + 1)
    }
    return nil
  }

  /// Records every key of an object that nobody has asked for.
  func refuseUnknown(in object: Int) {
    guard unknownFields == .refused else { return }
    let end = Int(tape.nodes[object].extent)
    var index = object + 1
    while index < end, violations.count < JSONLimits.violations {
      if !tape.nodes[index].wasRead { record(.unknown, at: tape.path(to: index + 1)) }
      index = tape.nodes[index + 1].next(after: index + 1)
    }
  }

  func count(of container: Int) -> Int {
    let end = Int(tape.nodes[container].extent)
    var index = container + 1
    var count = 0
    while index < end {
      count += 1
      index = tape.nodes[index].next(after: index)
    }
    return count
  }
}

/// What becomes of fields that nobody asks for.
public enum JSONUnknownFields: Sendable {
  /// Each is a violation.
  case refused
  /// They are passed over, as a contract with older clients may promise.
  case ignored
}
