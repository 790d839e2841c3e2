/// A parsed document that is being decoded, with the violations found so far.
///
/// Objects and fields refer to it by index; it lives only as long as one decoding.
final class JSONDocument {
  let tape: JSONTape
  let unknownFields: JSONUnknownFields
  private(set) var violations: [JSONViolation] = []
  /// The keys that were asked for in vain, and in which object: what an unknown one may stand for.
  @exclusivity(unchecked) private var absentKeys: [(object: Int, key: StaticString)] = []
  /// Asked and changed for every field and never from within itself, so the check that no two
  /// accesses overlap, a tenth of the decoding, finds nothing.
  @exclusivity(unchecked) private var knownKeys = JSONMarks()

  private init(_ tape: JSONTape, unknownFields: JSONUnknownFields) {
    self.tape = tape
    self.unknownFields = unknownFields
  }

  static func parse(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields
  ) throws(JSONFailure) -> JSONDocument {
    do {
      return JSONDocument(try JSONParser.parse(bytes), unknownFields: unknownFields)
    } catch {
      throw .syntax(error)
    }
  }

  var root: JSONField { JSONField(document: self, place: .value(0)) }

  func throwViolations() throws(JSONFailure) {
    if !violations.isEmpty { throw .violations(violations) }
  }

  /// Notes what is wrong with a field; of several complaints about one field the first counts.
  func record(_ reason: JSONViolation.Reason, at field: @autoclosure () -> String) {
    guard !isFull else { return }
    let violation = JSONViolation(field: field(), reason: reason)
    if violations.last?.field != violation.field { violations.append(violation) }
  }

  private var isFull: Bool { violations.count >= JSONLimits.violations }

  /// The value of an object's key, which from now on is known.
  func value(of key: StaticString, in object: Int) -> Int? {
    let end = Int(tape.nodes[object].extent)
    var index = object + 1
    while index < end {
      if tape.key(at: index, is: key) {
        knownKeys.insert(index)
        return index + 1
      }
      index = tape.nodes[index + 1].next(after: index + 1)
    }
    if unknownFields == .refused { absentKeys.append((object, key)) }
    return nil
  }

  /// Records every key of an object that nobody has asked for.
  func refuseUnknown(in object: Int) {
    guard unknownFields == .refused else { return }
    let end = Int(tape.nodes[object].extent)
    var path: String?
    var index = object + 1
    while index < end {
      if !knownKeys.contains(index) {
        guard !isFull else { return }
        // One walk for all keys: a path to each would be quadratic in their number.
        let parent = path ?? tape.path(to: object)
        path = parent
        let key = tape.shortened(key: index)
        let absent = absentKeys.filter { $0.object == object }.map(\.key.description)
        let nearest = Likeness.nearest(to: key, of: absent)
        violations.append(
          JSONViolation(
            field: JSONTape.path(parent, appending: key), reason: .unknown(nearest: nearest)))
      }
      index = tape.nodes[index + 1].next(after: index + 1)
    }
  }

  /// How many items an array has.
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
package enum JSONUnknownFields: Sendable {
  /// Each is a violation.
  case refused
  /// They are passed over, as a contract with older clients may promise.
  case ignored
}
