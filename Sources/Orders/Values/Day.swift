/// A day in UTC.
package struct Day: Comparable, Sendable {
  /// As ISO 8601 writes it: `2026-01-31`.
  package let text: String

  /// Reads a day; nil when the calendar has none of that name.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2],
      parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    guard
      Timestamp(
        year: numbers[0], month: numbers[1], day: numbers[2], hour: 0, minute: 0, second: 0,
        microsecond: 0) != nil
    else { return nil }
    self.text = text
  }

  package static func < (left: Day, right: Day) -> Bool { left.text < right.text }
}

/// The days from one to another, both included; without one of them it has no end there.
package struct Period: Equatable, Sendable {
  /// All days.
  package static let always = Period(from: nil, to: nil)

  /// The first day.
  package let from: Day?
  /// The last day.
  package let to: Day?

  /// The days between two.
  package init(from: Day?, to: Day?) {
    self.from = from
    self.to = to
  }
}
