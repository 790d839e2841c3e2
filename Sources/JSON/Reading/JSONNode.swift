/// One entry of the tape: a value or a key in 12 bytes.
///
/// The densest document, `[1,1,…`, has a value in every two bytes, so the small entry limits the
/// memory that a hostile body can claim.
struct JSONNode {
  enum Kind: UInt8 {
    case null, `false`, `true`, number, string, array, object
  }

  private let start: UInt32

  /// The length in bytes of a string or number; the index after the last child of a container.
  var extent: UInt32

  let kind: Kind

  init(_ kind: Kind, offset: Int, extent: Int) {
    self.kind = kind
    start = UInt32(truncatingIfNeeded: offset)
    self.extent = UInt32(truncatingIfNeeded: extent)
  }

  /// The first byte of the value; of a string the first after its quote.
  var offset: Int { Int(start) }
  var text: Range<Int> { offset..<offset + Int(extent) }

  /// The index after this node and its children; `index` is the node's own.
  func next(after index: Int) -> Int {
    kind == .array || kind == .object ? Int(extent) : index + 1
  }
}
