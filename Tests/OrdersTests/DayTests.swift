import Testing

@testable import Orders

@Suite("A day")
struct DayTests {
  @Test(
    "is one of the calendar, written as ISO 8601 does",
    arguments: [
      ("2026-01-31", true), ("2024-02-29", true), ("2026-02-29", false), ("2026-13-01", false),
      ("0000-01-01", false), ("9999-12-31", true), ("2026-1-31", false), ("2026-01-31 ", false),
      ("+026-01-31", false), ("2026-01-31T00:00:00Z", false), ("", false), ("today", false),
      ("2026\u{2010}01\u{2010}31", false),
    ])
  func reading(_ text: String, _ isOne: Bool) {
    #expect((Day(text) != nil) == isOne)
  }

  @Test("comes before the next one, also over the end of a year")
  func order() throws {
    #expect(try #require(Day("2025-12-31")) < #require(Day("2026-01-01")))
  }
}

@Suite("A currency")
struct CurrencyTests {
  @Test(
    "is one of ISO 4217 whose amounts two digits can hold",
    arguments: [("EUR", 2), ("USD", 2), ("CHF", 2), ("JPY", 0), ("XOF", 0)])
  func known(_ code: String, _ digits: Int) throws {
    let currency = try #require(Currency(code))
    #expect(currency.code == code && currency.minorDigits == digits)
  }

  @Test(
    "is refused with the reason",
    arguments: [
      ("eur", Currency.Refusal.unknown), ("", .unknown), ("EURO", .unknown), ("XAU", .unknown),
      ("XTS", .unknown), ("KWD", .finerThanAmounts(minorDigits: 3)),
      ("CLF", .finerThanAmounts(minorDigits: 4)),
    ])
  func refused(_ code: String, _ reason: Currency.Refusal) {
    #expect(throws: reason) { try Currency(code: code) }
  }
}
