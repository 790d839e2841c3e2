/// A parsed document that is being decoded, with the violations found so far.
///
/// Objects and fields refer to it by index; it lives only as long as one decoding.
@usableFromInline
final class JSONDocument {
  let tape: JSONTape
  let unknownFields: JSONUnknownFields
  private(set) var violations: [JSONViolation] = []
  /// Asked and changed for every field and never from within itself, so the check that no two
  /// accesses overlap, a tenth of the decoding, finds nothing.
  @exclusivity(unchecked) private var knownKeys = JSONMarks()

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
        knownKeys.insert(index)
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
    while index < end {
      if !knownKeys.contains(index) { record(.unknown, at: tape.path(to: index + 1)) }
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

/// A set of indices that allocates nothing while they are below 64, as in an order body.
struct JSONMarks {
  private var low: UInt64 = 0
  private var high: [UInt64] = []

  func contains(_ index: Int) -> Bool {
    let (word, bit) = (index / 64 - 1, UInt64(1) << (index % 64))
    return (word < 0 ? low : word < high.count ? high[word] : 0) & bit != 0
  }

  mutating func insert(_ index: Int) {
    let (word, bit) = (index / 64 - 1, UInt64(1) << (index % 64))
    guard word >= 0 else { return low |= bit }
    while high.count <= word { high.append(0) }
    high[word] |= bit
  }
}

/// What becomes of fields that nobody asks for.
public enum JSONUnknownFields: Sendable {
  /// Each is a violation.
  case refused
  /// They are passed over, as a contract with older clients may promise.
  case ignored
}
