/// The id of an order: a UUID of version 7, so that later orders come later in every index.
package struct OrderID: Hashable, Sendable {
  /// The first eight bytes, most significant first.
  package let high: UInt64
  /// The last eight bytes, most significant first.
  package let low: UInt64

  /// An id from its two halves, as it is stored.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A new id: 48 bits for the milliseconds, 12 for the fraction of a millisecond, 62 random bits.
  package init(at moment: Timestamp, using random: inout some RandomNumberGenerator) {
    let microseconds = UInt64(clamping: moment.microseconds)
    let (milliseconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000)
    let version: UInt64 = 0x7000
    let variant: UInt64 = 0x8000_0000_0000_0000
    high = milliseconds << 16 | version | rest * 4_096 / 1_000
    low = variant | random.next() >> 2
  }

  /// The id of a text of 36 characters in the usual form, in upper or lower case; nil for any other
  /// text. UUIDs of other versions are accepted too: no order has such an id, so none is found.
  package init?(_ text: String) {
    guard text.utf8.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in text.utf8.enumerated() {
      switch index {
      case 8, 13, 18, 23:
        guard byte == UInt8(ascii: "-") else { return nil }
      default:
        guard let digit = Self.hexDigit(byte) else { return nil }
        // The halves meet at the third hyphen.
        if index < 18 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
      }
    }
    self.init(high: words.0, low: words.1)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}

extension OrderID {
  /// How many characters an id has.
  package static let textLength = 36

  /// Appends the 36 characters of the id, in lower case.
  package func append(to text: inout OutputSpan<UInt8>) {
    text.append(hexOf: high, from: 0, to: 8)
    text.append(UInt8(ascii: "-"))
    text.append(hexOf: high, from: 8, to: 12)
    text.append(UInt8(ascii: "-"))
    text.append(hexOf: high, from: 12, to: 16)
    text.append(UInt8(ascii: "-"))
    text.append(hexOf: low, from: 0, to: 4)
    text.append(UInt8(ascii: "-"))
    text.append(hexOf: low, from: 4, to: 16)
  }
}

extension OutputSpan<UInt8> {
  /// Appends some of the 16 hexadecimal digits of a number, most significant first.
  @inline(__always)
  fileprivate mutating func append(hexOf number: UInt64, from first: Int, to end: Int) {
    for place in first..<end {
      let digit = UInt8(truncatingIfNeeded: number &>> UInt64(60 - 4 * place)) & 15
      // In ASCII "a" is 40 after "9", 39 more than from one digit to the next.
      append(UInt8(ascii: "0") &+ digit &+ (digit > 9 ? 39 : 0))
    }
  }
}

extension OrderID: CustomStringConvertible {
  /// `0192f0c1-…`: 36 characters, lower case.
  package var description: String {
    let bytes = [UInt8](capacity: Self.textLength) { append(to: &$0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// An order by its id or by its number.
package enum OrderKey: Hashable, Sendable {
  /// By its id.
  case id(OrderID)
  /// By its sequential number.
  case number(Int)

  /// Reads the key in the path of a request; nil when no order can have such a key.
  package init?(_ text: String) {
    if let id = OrderID(text) {
      self = .id(id)
    } else if let number = Int(text), number > 0, "\(number)" == text {
      self = .number(number)
    } else {
      return nil
    }
  }
}
