/// Dates as HTTP writes them (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
  private static let days: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The last second that can be written with a year of four digits.
  private static let lastSecond: Int64 = 253_402_300_799

  /// The 29 bytes of a Unix time; a time outside the years 1970 to 9999 is clamped.
  package static func bytes(unixSeconds: Int64) -> [UInt8] {
    let seconds = Int(min(max(unixSeconds, 0), lastSecond))
    let day = seconds / 86_400
    let second = seconds % 86_400
    let date = civil(day)
    var out: [UInt8] = []
    out.reserveCapacity(29)
    out.append(days[day % 7])
    out.append(", ")
    out.append(twoDigits: date.day)
    out.append(ASCII.space)
    out.append(months[date.month - 1])
    out.append(ASCII.space)
    out.append(decimal: date.year)
    for (separator, value) in [
      (ASCII.space, second / 3_600), (ASCII.colon, second / 60 % 60), (ASCII.colon, second % 60),
    ] {
      out.append(separator)
      out.append(twoDigits: value)
    }
    out.append(" GMT")
    return out
  }

  /// The Gregorian date of a day since 1970-01-01. Years are counted from March, so that the leap
  /// day is the last day of its year.
  private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let sinceEra = day + 719_468
    let era = sinceEra / 146_097
    let dayOfEra = sinceEra % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfMonth)
  }
}

extension [UInt8] {
  fileprivate mutating func append(twoDigits number: Int) {
    append(ASCII.zero + UInt8(number / 10))
    append(ASCII.zero + UInt8(number % 10))
  }
}
