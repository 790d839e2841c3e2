/// One entry of the tape: a value or a key in 12 bytes.
///
/// The densest document, `[1,1,…`, has one value in two bytes, so a small entry is what keeps the
/// memory for a hostile body near its own size.
struct JSONNode {
  enum Kind: UInt8 {
    case null, `false`, `true`, number, string, array, object
  }

  private let start: UInt32

  /// Length in bytes of a string or number; index behind the last child of an array or object.
  var extent: UInt32

  let kind: Kind

  init(_ kind: Kind, offset: Int, extent: Int) {
    self.kind = kind
    start = UInt32(truncatingIfNeeded: offset)
    self.extent = UInt32(truncatingIfNeeded: extent)
  }

  /// The byte where the value begins; behind the quote of a string.
  var offset: Int { Int(start) }
  var text: Range<Int> { offset..<offset + Int(extent) }

  /// The index behind this node, which stands at `index`.
  func next(after index: Int) -> Int {
    kind == .array || kind == .object ? Int(extent) : index + 1
  }
}
