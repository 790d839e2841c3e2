/// Parses values in PostgreSQL's text format; nil for invalid text.
enum TextFormat {
  static func integer(_ text: UnsafeRawBufferPointer) -> Int? { integer(text, point: nil) }

  private static func integer(_ text: UnsafeRawBufferPointer, point: Int?) -> Int? {
    guard let first = text.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    var value = 0
    let start = isNegative ? 1 : 0
    guard start < text.count else { return nil }
    for index in start..<text.count where index != point {
      guard let digit = digit(text[index]) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      // Computed as a negative number, because the lowest number has no positive counterpart.
      let (sum, carry) = product.subtractingReportingOverflow(digit)
      guard !overflow, !carry else { return nil }
      value = sum
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
  }

  /// A number with exactly so many fraction digits, in units of the last of them: `-1.50` with two
  /// is -150.
  static func decimal(_ text: UnsafeRawBufferPointer, fractionDigits: Int) -> Int? {
    let point = text.count - fractionDigits - 1
    guard point > 0, text[point] == UInt8(ascii: "."), digit(text[point - 1]) != nil else {
      return nil
    }
    return integer(text, point: point)
  }

  static func boolean(_ text: UnsafeRawBufferPointer) -> Bool? {
    guard text.count == 1 else { return nil }
    switch text[0] {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: return nil
    }
  }

  /// `\x`, then two hexadecimal digits for each byte.
  static func bytea(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count >= 2, text.count.isMultiple(of: 2), text[0] == UInt8(ascii: "\\"),
      text[1] == UInt8(ascii: "x")
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2 - 1)
    for index in stride(from: 2, to: text.count, by: 2) {
      guard let high = hexDigit(text[index]), let low = hexDigit(text[index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  /// `2024-02-29 23:59:59.5+00`. Only years of four digits, because no others are stored.
  static func timestamp(_ text: UnsafeRawBufferPointer) -> Timestamp? {
    guard text.count >= 22, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
      text[text.count - 3] == UInt8(ascii: "+"), text[text.count - 2] == UInt8(ascii: "0"),
      text[text.count - 1] == UInt8(ascii: "0"),
      let year = number(text[0..<4]), let month = number(text[5..<7]),
      let day = number(text[8..<10]), let hour = number(text[11..<13]),
      let minute = number(text[14..<16]), let second = number(text[17..<19]),
      let fraction = microseconds(text[19..<text.count - 3])
    else { return nil }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    return Timestamp(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
  }

  /// A point and up to six digits, or the empty text.
  private static func microseconds(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard let point = text.first else { return 0 }
    guard point == UInt8(ascii: "."), text.count <= 7, text.count > 1,
      var value = number(text.dropFirst())
    else { return nil }
    for _ in text.count..<7 { value *= 10 }
    return value
  }

  /// Up to six digits.
  private static func number(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
    var value = 0
    for byte in text {
      guard let digit = digit(byte) else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap
  /// day is the last day of its year.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }

  private static func digit(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
  }

  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
