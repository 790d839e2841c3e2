/// An exact amount of money in minor units (cents); never a binary fraction.
package struct Money: Hashable, Comparable, Sendable {
  /// The amounts a price may have; the database's checks use the same bounds.
  package static let allowed = Money(cents: 0)...Money(cents: 999_999_999_999)

  /// The amount in hundredths.
  package let cents: Int64

  /// An amount of `cents` hundredths.
  package init(cents: Int64) { self.cents = cents }

  /// Orders amounts by size.
  package static func < (left: Money, right: Money) -> Bool { left.cents < right.cents }
}

extension Money {
  /// The amount in digits, a point, two digits. Prices are never negative.
  package var decimal: String { digits(ofCents: cents.magnitude) }
}

extension Int128 {
  /// Cents as an amount: digits, a point, two digits. A sum of prices may need so many bits.
  package var amount: String { digits(ofCents: self) }
}

private func digits(ofCents cents: some BinaryInteger) -> String {
  let (whole, fraction) = cents.quotientAndRemainder(dividingBy: 100)
  return "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
}
