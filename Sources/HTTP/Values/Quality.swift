/// Quality values (RFC 9110 section 12.4.2), in thousandths; 0 means not acceptable.
package enum Quality {
  /// The quality when no weight is given.
  package static let full = 1_000

  /// `0.5` in thousandths: one digit before the point and at most three after it; nil for anything
  /// else.
  package static func thousandths(_ text: Substring) -> Int? {
    let digits = text.utf8.filter { $0 != 0x2E }
    guard text.utf8.count <= 5, let first = digits.first, first <= ASCII.zero + 1,
      let number = Int(String(decoding: digits, as: UTF8.self)), number >= 0
    else { return nil }
    let thousandths = (digits.count..<4).reduce(number) { scaled, _ in scaled * 10 }
    return thousandths <= full ? thousandths : nil
  }
}
