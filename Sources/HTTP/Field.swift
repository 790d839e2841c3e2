/// One header field of a message that is sent.
package struct Field: Sendable {
  /// The name as it appears on the wire: `Location`.
  package let name: StaticString
  /// The value; what may not stand in a field is replaced when it is written.
  package let value: String

  /// A field; those that frame, date or guard a message are the encoder's own and not given here.
  package init(_ name: StaticString, _ value: String) {
    assert(!Self.encoderOwned.contains(name.description.lowercased()), "\(name) is the encoder's")
    self.name = name
    self.value = value
  }

  private static let encoderOwned: Set = [
    "cache-control", "connection", "content-length", "content-type", "date", "host",
    "transfer-encoding", "x-content-type-options", "x-request-id",
  ]

  /// Whether this is what a cache may ask again by.
  var isEntityTag: Bool {
    name.utf8CodeUnitCount == 4 && name.withUTF8Buffer { $0.elementsEqual("ETag".utf8) }
  }
}

extension [UInt8] {
  /// Appends a field line. A control character in the value becomes a space, so that no value can
  /// end its line and begin another field or another response.
  mutating func append(field name: StaticString, _ value: String) {
    append(name)
    append(": ")
    let start = count
    append(contentsOf: value.utf8)
    for index in start..<count where self[index].isFieldControl { self[index] = ASCII.space }
    append("\r\n")
  }
}
