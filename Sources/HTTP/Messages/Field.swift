import func Glibc.memcmp

/// A header field of a message to be sent.
package struct Field: Sendable {
  package let name: StaticString
  /// Control characters are replaced when the field is written.
  package let value: String

  /// Not for the fields that frame or date a message or protect it: the encoder writes those.
  package init(_ name: StaticString, _ value: String) {
    assert(!Self.encoderOwned.contains(name.description.lowercased()), "\(name) is the encoder's")
    self.name = name
    self.value = value
  }

  private static let encoderOwned: Set = [
    "cache-control", "connection", "content-length", "content-type", "date", "host",
    "transfer-encoding", "x-content-type-options", "x-request-id",
  ]

  /// Whether it tells the states of a resource apart.
  package var isEntityTag: Bool { isNamed("ETag") }

  /// Whether this is its name, written in the same case.
  package func isNamed(_ other: StaticString) -> Bool {
    name.utf8CodeUnitCount == other.utf8CodeUnitCount
      && memcmp(name.utf8Start, other.utf8Start, other.utf8CodeUnitCount) == 0
  }
}

extension [UInt8] {
  /// Appends a field line. Control characters in the value become spaces, so that no value can end
  /// its line and begin another field or response (response splitting).
  mutating func append(field name: StaticString, _ value: String) {
    append(name)
    append(": ")
    let start = count
    append(contentsOf: value.utf8)
    for index in start..<count where self[index].isFieldControl { self[index] = ASCII.space }
    append("\r\n")
  }
}
