/// Tests eight bytes at once, as one number.
///
/// A test sets the top bit of each byte that it finds. The result is exact about whether there is
/// such a byte, but not about which: a borrow may also mark the next higher byte.
extension UInt64 {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// Marks bytes below `bound`, which is at most 0x80: the subtraction borrows into the top bit.
  @inline(__always)
  func bytes(below bound: UInt8) -> UInt64 {
    (self &- Self.ones &* UInt64(bound)) & ~self & Self.tops
  }

  /// Marks bytes equal to `byte`.
  @inline(__always)
  func bytes(equal byte: UInt8) -> UInt64 {
    (self ^ Self.ones &* UInt64(byte)).bytes(below: 1)
  }

  @inline(__always)
  var bytesBeyondASCII: UInt64 { self & Self.tops }
}

extension Span<UInt8> {
  /// Whether `mark` marks a byte in `range`. Always true for a range of one to seven bytes, which
  /// the caller has to check byte by byte.
  @inline(__always)
  func mayContain(in range: Range<Int>, _ mark: (UInt64) -> UInt64) -> Bool {
    guard range.count >= 8 else { return !range.isEmpty }
    return withUnsafeBytes { all in
      // The last eight bytes may overlap the word before.
      let last = range.upperBound - 8
      var found = mark(all.loadUnaligned(fromByteOffset: last, as: UInt64.self))
      for index in stride(from: range.lowerBound, to: last, by: 8) {
        found |= mark(all.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      }
      return found != 0
    }
  }
}
