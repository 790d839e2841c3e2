/// Finds fields in a head that was checked before, so that nothing is stored for each field.
struct FieldLines: Sendable {
  let head: [UInt8]
  let start: Int
  let nameBits: UInt64

  /// The first value of the field, without blanks around it; `name` must be in lower case.
  func first(_ name: StaticString) -> Range<Int>? {
    next(name, from: start)?.value
  }

  /// Whether there is a second line of the field.
  func isRepeated(_ name: StaticString) -> Bool {
    guard let (_, end) = next(name, from: start) else { return false }
    return next(name, from: end) != nil
  }

  func all(_ name: StaticString) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var position = start
    while let (value, end) = next(name, from: position) {
      found.append(value)
      position = end
    }
    return found
  }

  private func next(
    _ name: StaticString, from position: Int
  ) -> (value: Range<Int>, end: Int)? {
    let length = name.utf8CodeUnitCount
    precondition(length > 0, "a field has a name")
    let bit = FieldName.bit(
      length: length, first: name.utf8Start[0], last: name.utf8Start[length - 1])
    guard nameBits & bit != 0 else { return nil }
    let bytes = head.span
    var line = position
    while let lineFeed = bytes.firstIndex(of: ASCII.lineFeed, in: line..<bytes.count) {
      let colon = line + length
      if colon < lineFeed, bytes[colon] == ASCII.colon, bytes.equals(name, in: line..<colon) {
        return (bytes.trimmed((colon + 1)..<(lineFeed - 1)), lineFeed + 1)
      }
      line = lineFeed + 1
    }
    return nil
  }
}
