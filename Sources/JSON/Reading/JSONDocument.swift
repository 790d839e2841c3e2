/// A parsed document while it is decoded, with the violations found so far.
///
/// Objects and fields refer to its nodes by index. It exists only for one decoding.
final class JSONDocument {
  let tape: JSONTape
  let unknownFields: JSONUnknownFields
  private(set) var violations: [JSONViolation] = []
  /// Keys that were read but are absent, with their object: an unknown key may be a misspelling of
  /// one of them.
  @exclusivity(unchecked) private var absentKeys: [(object: Int, key: StaticString)] = []
  /// The keys that were read. Accesses never overlap, and the run-time check for that, made for
  /// every field, would cost a tenth of the decoding.
  @exclusivity(unchecked) private var knownKeys = JSONIndexSet()

  private init(_ tape: JSONTape, unknownFields: JSONUnknownFields) {
    self.tape = tape
    self.unknownFields = unknownFields
  }

  static func parse(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields, bytesMax: Int
  ) throws(JSONFailure) -> JSONDocument {
    do {
      return JSONDocument(
        try JSONParser.parse(bytes, bytesMax: bytesMax), unknownFields: unknownFields)
    } catch {
      throw .syntax(error)
    }
  }

  var root: JSONField { JSONField(document: self, location: .value(0)) }

  func throwViolations() throws(JSONFailure) {
    if !violations.isEmpty { throw .violations(violations) }
  }

  /// Records a violation; of several in a row for the same field only the first is kept.
  func record(_ reason: JSONViolation.Reason, at field: @autoclosure () -> String) {
    guard !isFull else { return }
    let violation = JSONViolation(field: field(), reason: reason)
    if violations.last?.field != violation.field { violations.append(violation) }
  }

  private var isFull: Bool { violations.count >= JSONLimits.violations }

  /// The value of an object's key; marks the key as known.
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
    if unknownFields == .refused {
      // Most bodies leave out some fields, so the list would grow several times.
      if absentKeys.isEmpty { absentKeys.reserveCapacity(16) }
      absentKeys.append((object, key))
    }
    return nil
  }

  /// Records a violation for every key of an object that was not read.
  func refuseUnknown(in object: Int) {
    guard unknownFields == .refused else { return }
    let end = Int(tape.nodes[object].extent)
    var path: String?
    var index = object + 1
    while index < end {
      if !knownKeys.contains(index) {
        guard !isFull else { return }
        // The object's path is found once: a walk for each key would take quadratic time.
        let parent = path ?? tape.path(to: object)
        path = parent
        let key = tape.shortened(key: index)
        let absent = absentKeys.filter { $0.object == object }.map(\.key.description)
        let nearest = Similarity.nearest(to: key, of: absent)
        violations.append(
          JSONViolation(
            field: JSONTape.path(parent, appending: key), reason: .unknown(nearest: nearest)))
      }
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

/// How fields that are not read are treated.
public enum JSONUnknownFields: Sendable {
  /// Each is a violation.
  case refused
  /// They are ignored.
  case ignored
}
