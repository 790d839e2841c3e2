/// Eight bytes looked at as one number: a head is judged in an eighth of the steps.
///
/// The tests mark a byte in its top bit. They are exact about whether any byte is marked; which one
/// it is must be found byte by byte, as a borrow may mark the neighbour above as well.
extension UInt64 {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// Marks bytes below `bound`, at most 0x80: taking it away from them borrows into the top bit.
  @inline(__always)
  func bytes(below bound: UInt8) -> UInt64 {
    (self &- Self.ones &* UInt64(bound)) & ~self & Self.tops
  }

  /// Marks bytes equal to `byte`.
  @inline(__always)
  func bytes(equal byte: UInt8) -> UInt64 {
    (self ^ Self.ones &* UInt64(byte)).bytes(below: 1)
  }

  /// Marks bytes outside ASCII.
  @inline(__always)
  var bytesBeyondASCII: UInt64 { self & Self.tops }
}

extension Span<UInt8> {
  /// Whether `mark` marks a byte in `range`, or the range is too short to tell that way.
  @inline(__always)
  func mayContain(in range: Range<Int>, _ mark: (UInt64) -> UInt64) -> Bool {
    guard range.count >= 8 else { return !range.isEmpty }
    return withUnsafeBytes { all in
      // The last eight bytes overlap those before.
      let last = range.upperBound - 8
      var found = mark(all.loadUnaligned(fromByteOffset: last, as: UInt64.self))
      for index in stride(from: range.lowerBound, to: last, by: 8) {
        found |= mark(all.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      }
      return found != 0
    }
  }
}
