/// A text that is compared byte by byte, as the database does.
///
/// Swift compares the normal forms of strings: `é` as one scalar equals an `e` followed by an
/// accent, also in a set. Two ids of a client that differ in their bytes must not be the same.
package protocol ExactText: Hashable, Sendable {
  /// The text as it was given.
  var value: String { get }
}

extension ExactText {
  /// Whether both have the same bytes.
  package static func == (left: Self, right: Self) -> Bool {
    left.value.utf8.elementsEqual(right.value.utf8)
  }

  /// Hashes the bytes, and one more that no text contains, which marks the end.
  package func hash(into hasher: inout Hasher) {
    var value = value
    value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }
}
