/// The decimals that a field accepts.
public struct JSONDecimalForm: Hashable, Sendable {
  /// The most digits after the point; they also define the minor unit of `range`.
  public let fractionDigits: Int

  /// The allowed values in minor units: `0...999` with two fraction digits is 0.00 to 9.99.
  public let range: ClosedRange<Int64>

  /// Describes decimals with at most 18 fraction digits, which is what 64 bits can hold.
  public init(fractionDigits: Int, range: ClosedRange<Int64>) {
    precondition((0...18).contains(fractionDigits), "64 bits hold at most 18 fraction digits")
    self.fractionDigits = fractionDigits
    self.range = range
  }
}

extension JSONDecimalForm: CustomStringConvertible {
  public var description: String {
    "must be a number from \(text(range.lowerBound)) to \(text(range.upperBound))"
      + " with at most \(fractionDigits) fraction digits"
  }

  private func text(_ value: Int64) -> String {
    let bytes = JSONOutput.bytes(reserving: 24) {
      $0.append(minor: value, fractionDigits: fractionDigits)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Reads plain decimals: `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, the RFC's number without an exponent.
///
/// An exponent is refused although `1e2` is exact: no serializer writes money that way, so it is a
/// mistake or an attack. Minus zero is zero. Too many fraction digits are refused even if they are
/// zeros. No value passes through binary floating point.
enum JSONDecimal {
  enum Problem: Error {
    case notPlain, tooManyDigits, overflow
  }

  /// The value of the text in units of 10^-fractionDigits.
  static func parse(_ text: Span<UInt8>, fractionDigits: Int) throws(Problem) -> Int64 {
    let isNegative = !text.isEmpty && text[0] == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    var at = start
    // Computed as a negative number, because the lowest Int64 has no positive counterpart.
    var negated: Int64 = 0
    try digits(text, &at, into: &negated)
    guard at > start, at == start + 1 || text[start] != UInt8(ascii: "0") else { throw .notPlain }
    var fraction = 0
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at += 1
      let point = at
      try digits(text, &at, into: &negated, atMost: fractionDigits)
      fraction = at - point
      guard fraction > 0 else { throw .notPlain }
    }
    guard at == text.count else { throw .notPlain }
    for _ in fraction..<fractionDigits { try append(0, to: &negated) }
    guard isNegative || negated > .min else { throw .overflow }
    return isNegative ? negated : -negated
  }

  private static func digits(
    _ text: Span<UInt8>, _ at: inout Int, into negated: inout Int64, atMost limit: Int = .max
  ) throws(Problem) {
    var left = limit
    while at < text.count, text[at] &- UInt8(ascii: "0") < 10 {
      guard left > 0 else { throw .tooManyDigits }
      try append(Int64(text[at] - UInt8(ascii: "0")), to: &negated)
      at += 1
      left -= 1
    }
  }

  private static func append(_ digit: Int64, to negated: inout Int64) throws(Problem) {
    let (tens, overflow) = negated.multipliedReportingOverflow(by: 10)
    let (sum, underflow) = tens.subtractingReportingOverflow(digit)
    guard !overflow, !underflow else { throw .overflow }
    negated = sum
  }
}
