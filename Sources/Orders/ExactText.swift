/// A text that is another one as soon as a byte of it is, as the database has it.
///
/// To Swift two strings are equal, and are found for one another in a set, when they read the same:
/// `é` as one character and as an `e` with an accent. A client's names are what he wrote.
package protocol ExactText: Hashable, Sendable {
  /// The text as it was given.
  var value: String { get }
}

extension ExactText {
  /// Whether both have the same bytes.
  package static func == (left: Self, right: Self) -> Bool {
    left.value.utf8.elementsEqual(right.value.utf8)
  }

  /// Mixes in the bytes, and one that ends every text, as no text has it.
  package func hash(into hasher: inout Hasher) {
    var value = value
    value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }
}
