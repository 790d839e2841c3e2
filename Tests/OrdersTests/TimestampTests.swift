import TestSupport
import Testing

@testable import Orders

@Suite("A timestamp shows the civil date it stands for")
struct TimestampTests {
  typealias Case = (why: String, seconds: Int64, date: [Int])

  static let cases: [Case] = [
    ("the start of 1970", 0, [1970, 1, 1, 0, 0, 0]),
    ("a second before it", -1, [1969, 12, 31, 23, 59, 59]),
    ("a leap day", 1_709_164_800, [2024, 2, 29, 0, 0, 0]),
    ("the day after a leap day", 1_709_251_200, [2024, 3, 1, 0, 0, 0]),
    ("no leap day in 1900", -2_203_891_200, [1900, 3, 1, 0, 0, 0]),
    ("a leap day in 2000", 951_782_400, [2000, 2, 29, 0, 0, 0]),
    ("the last second of a year", 1_767_225_599, [2025, 12, 31, 23, 59, 59]),
    ("past 32 bits", 4_102_444_800, [2100, 1, 1, 0, 0, 0]),
  ]

  @Test(arguments: cases)
  func civil(_ example: Case) {
    let parts = Timestamp(microseconds: example.seconds * 1_000_000 + 999_999).parts

    #expect(
      [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second] == example.date,
      "\(example.why)")
    #expect(parts.millisecond == 999, "cut, not rounded")
  }

  @Test("no value traps")
  func extremes() {
    for value in [Int64.min, -1, 0, 1, .max] {
      #expect((1...12).contains(Timestamp(microseconds: value).parts.month))
    }
  }
}
