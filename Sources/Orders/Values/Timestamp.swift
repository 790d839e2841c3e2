/// A moment as the database keeps it: microseconds since 1970-01-01 UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let microseconds: Int64

  /// The moment `microseconds` after the start of 1970.
  package init(microseconds: Int64) { self.microseconds = microseconds }

  /// Orders moments by time.
  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}

extension Timestamp {
  /// The years 1 to 9999: moments that every calendar has, the database's too.
  package static let era =
    Timestamp(
      microseconds: -62_135_596_800_000_000)...Timestamp(
      microseconds: 253_402_300_799_999_999)

  /// A civil date and time of day in UTC, with the fraction cut to milliseconds.
  package struct Parts: Equatable, Sendable {
    /// The calendar date.
    package let year, month, day: Int
    /// The time of day.
    package let hour, minute, second, millisecond: Int
  }

  /// The moment as people write it.
  package var parts: Parts {
    let milliseconds = microseconds.flooredQuotient(by: 1_000)
    let seconds = milliseconds.flooredQuotient(by: 1_000)
    let days = seconds.flooredQuotient(by: 86_400)
    let secondOfDay = Int(seconds - days * 86_400)
    let (year, month, day) = Self.civil(fromDays: Int(days))
    return Parts(
      year: year, month: month, day: day, hour: secondOfDay / 3_600,
      minute: secondOfDay / 60 % 60, second: secondOfDay % 60,
      millisecond: Int(milliseconds - seconds * 1_000))
  }

  /// The Gregorian date of a day counted from 1970-01-01, by whole eras of 400 years.
  ///
  /// Years are taken from March on, so that the leap day is the last day of its year.
  private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = Int(Int64(shifted).flooredQuotient(by: 146_097))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  /// Division that rounds down, so that moments before 1970 keep their order.
  fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
