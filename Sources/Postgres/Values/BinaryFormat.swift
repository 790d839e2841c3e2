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
  static func numeric(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    guard bytes.count >= 8 else { return nil }
    let count = Int(load(bytes, as: Int16.self))
    let weight = Int(load(bytes, at: 2, as: Int16.self))
    let sign = load(bytes, at: 4, as: UInt16.self)
    let scale = Int(load(bytes, at: 6, as: Int16.self))
    // Other signs are those of NaN and of the infinities.
    guard count >= 0, bytes.count == 8 + 2 * count, sign == 0 || sign == 0x4000, scale >= 0 else {
      return nil
    }
    func digit(_ index: Int) -> Int {
      index >= 0 && index < count ? Int(load(bytes, at: 8 + 2 * index, as: Int16.self)) : 0
    }

    var text: [UInt8] = []
    text.reserveCapacity(4 * max(1, weight + 1) + scale + 2)
    if sign != 0 { text.append(UInt8(ascii: "-")) }
    let whole = text.count
    for index in 0..<max(0, weight + 1) { append(digit(index), to: &text) }
    let zeros = text[whole...].prefix { $0 == UInt8(ascii: "0") }.count
    text.removeSubrange(whole..<whole + zeros)
    if text.count == whole { text.append(UInt8(ascii: "0")) }
    guard scale > 0 else { return text }
    text.append(UInt8(ascii: "."))
    let end = text.count + scale
    var index = weight + 1
    while text.count < end {
      append(digit(index), to: &text)
      index += 1
    }
    text.removeSubrange(end...)
    return text
  }

  /// Appends a digit of the base 10,000 as four decimal digits.
  private static func append(_ digit: Int, to text: inout [UInt8]) {
    for place in [1_000, 100, 10, 1] {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit / place % 10))
    }
  }

  private static func load<Value: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, at offset: Int = 0, as type: Value.Type
  ) -> Value {
    Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }
}
