/// Parses values in PostgreSQL's binary format; nil for bytes of another type.
enum BinaryFormat {
  /// Any of the integer types, by its size.
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int? {
    switch bytes.count {
    case 8: Int(load(bytes, as: Int64.self))
    case 4: Int(load(bytes, as: Int32.self))
    case 2: Int(load(bytes, as: Int16.self))
    default: nil
    }
  }

  static func boolean(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    bytes.count == 1 ? bytes[0] != 0 : nil
  }

  static func uuid(_ bytes: UnsafeRawBufferPointer) -> RawUUID? {
    guard bytes.count == 16 else { return nil }
    return RawUUID(high: load(bytes, as: UInt64.self), low: load(bytes, at: 8, as: UInt64.self))
  }

  /// Microseconds since 2000-01-01 UTC; nil for the two infinities.
  static func timestamp(_ bytes: UnsafeRawBufferPointer) -> Timestamp? {
    guard bytes.count == 8 else { return nil }
    let sinceEpoch = load(bytes, as: Int64.self)
    let (microseconds, overflow) = sinceEpoch.addingReportingOverflow(946_684_800_000_000)
    return overflow || sinceEpoch == .min ? nil : Timestamp(microseconds: microseconds)
  }

  /// A `numeric` in its decimal digits.
  ///
  /// It comes as four numbers of 16 bits (how many digits of the base 10,000; the weight of the
  /// first; the sign; how many decimal digits stand behind the point), and then those digits.
  static func numeric(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.count >= 8 else { return nil }
    let count = Int(load(bytes, as: Int16.self))
    let weight = Int(load(bytes, at: 2, as: Int16.self))
    let sign = load(bytes, at: 4, as: UInt16.self)
    let scale = Int(load(bytes, at: 6, as: Int16.self))
    // Other signs are those of NaN and of the infinities.
    guard count >= 0, bytes.count == 8 + 2 * count, sign == 0 || sign == 0x4000, scale >= 0 else {
      return nil
    }
    /// The decimal digit at a place: 0 for the ones, 1 for the tens, -1 behind the point.
    func digit(at place: Int) -> UInt8 {
      // Four to a digit of the base 10,000, also behind the point.
      let index = weight - (place >> 2)
      guard index >= 0, index < count else { return UInt8(ascii: "0") }
      let four = UInt16(bitPattern: load(bytes, at: 8 + 2 * index, as: Int16.self))
      let divisor: UInt16 =
        switch place & 3 {
        case 0: 1
        case 1: 10
        case 2: 100
        default: 1_000
        }
      return UInt8(ascii: "0") + UInt8(truncatingIfNeeded: four / divisor % 10)
    }

    var first = max(0, 4 * weight + 3)
    while first > 0, digit(at: first) == UInt8(ascii: "0") { first -= 1 }
    // Short texts have no memory of their own.
    return String(unsafeUninitializedCapacity: first + scale + 3) { buffer in
      var text = OutputSpan(buffer: buffer, initializedCount: 0)
      if sign != 0 { text.append(UInt8(ascii: "-")) }
      for place in stride(from: first, through: 0, by: -1) { text.append(digit(at: place)) }
      if scale > 0 {
        text.append(UInt8(ascii: "."))
        for place in 1...scale { text.append(digit(at: -place)) }
      }
      return text.finalize(for: buffer)
    }
  }

  private static func load<Value: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, at offset: Int = 0, as type: Value.Type
  ) -> Value {
    Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }
}
