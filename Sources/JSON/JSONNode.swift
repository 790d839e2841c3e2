/// One entry of the tape: a value or a key in 8 bytes.
///
/// The densest document, `[1,1,…`, has one value in two bytes, so a small entry is what keeps the
/// memory for a hostile body near its own size.
struct JSONNode {
  enum Kind: UInt32 {
    case null, `false`, `true`, number, string, array, object
  }

  /// Kind in 3 bits, "was read" in one, byte offset in 28.
  private var head: UInt32

  /// Length in bytes of a string or number; index behind the last child of an array or object.
  var extent: UInt32

  private static let readBit: UInt32 = 1 << 28
  private static let offsetMask: UInt32 = readBit - 1

  init(_ kind: Kind, offset: Int, extent: Int) {
    head = kind.rawValue << 29 | UInt32(truncatingIfNeeded: offset)
    self.extent = UInt32(truncatingIfNeeded: extent)
  }

  var kind: Kind { Kind(rawValue: head >> 29).unsafelyUnwrapped }
  var offset: Int { Int(head & Self.offsetMask) }
  var text: Range<Int> { offset..<offset + Int(extent) }

  /// Whether a decoder has asked for this key: what is left at the end is unknown.
  var wasRead: Bool { head & Self.readBit != 0 }
  mutating func markRead() { head |= Self.readBit }

  /// The index behind this node, which stands at `index`.
  func next(after index: Int) -> Int {
    switch kind {
    case .array, .object: Int(extent)
    default: index + 1
    }
  }
}
