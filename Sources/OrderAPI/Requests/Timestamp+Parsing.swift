import Orders

extension Timestamp {
  /// The beginning of a day in UTC: `2026-01-01`.
  init?(day text: String) {
    guard text.utf8.count == 10 else { return nil }
    self.init(rfc3339: text + "T00:00:00Z")
  }

  /// A moment as RFC 3339 writes it, in UTC or with an offset: `2026-01-01T10:00:00.000Z`.
  ///
  /// Digits below a microsecond are cut off; leap seconds are refused.
  init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ 48...57 ~= $0 }) else {
        return nil
      }
      return bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    func mark(_ index: Int, _ allowed: StaticString) -> Bool {
      index < bytes.count
        && UnsafeBufferPointer(start: allowed.utf8Start, count: allowed.utf8CodeUnitCount)
          .contains(bytes[index])
    }
    guard bytes.count <= 40, mark(4, "-"), mark(7, "-"), mark(10, "Tt"), mark(13, ":"),
      mark(16, ":"), let year = number(0..<4), let month = number(5..<7),
      let day = number(8..<10), let hour = number(11..<13), let minute = number(14..<16),
      let second = number(17..<19)
    else { return nil }
    var at = 19
    var microsecond = 0
    if mark(at, ".") {
      let digits = bytes[20...].prefix { 48...57 ~= $0 }
      guard !digits.isEmpty else { return nil }
      at = digits.endIndex
      for place in 0..<6 {
        microsecond = microsecond * 10 + (place < digits.count ? Int(digits[20 + place] - 48) : 0)
      }
    }
    var offset = 0
    if mark(at, "Zz") {
      at += 1
    } else {
      guard mark(at, "+-"), mark(at + 3, ":"), let hours = number(at + 1..<at + 3),
        let minutes = number(at + 4..<at + 6), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (mark(at, "-") ? -1 : 1)
      at += 6
    }
    guard at == bytes.count,
      let moment = Timestamp(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second,
        microsecond: microsecond)
    else { return nil }
    self.init(microseconds: moment.microseconds - Int64(offset) * 60_000_000)
  }
}
