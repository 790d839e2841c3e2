import TestSupport
import Testing

@testable import Orders

@Suite("An order's id")
struct OrderIDTests {
  @Test("is a UUID of version 7 that begins with its time")
  func form() {
    var random = SeededRandom(seed: 1)
    // 2022-02-22T19:22:22Z, the example of RFC 9562.
    let id = OrderID(at: Timestamp(microseconds: 1_645_557_742_000_000), using: &random)

    #expect("\(id)".hasPrefix("017f22e2-79b0-7"))
    #expect(id.high >> 12 & 15 == 7 && id.low >> 62 == 2)
    #expect(OrderID("\(id)") == id)
  }

  @Test("comes after those of earlier microseconds, and is never the same twice")
  func order() {
    var random = SeededRandom(seed: 2)
    let ids = (0..<3_000).map {
      OrderID(at: Timestamp(microseconds: 1_700_000_000_000_000 + $0), using: &random)
    }

    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0.high < $1.high })
    let moment = Timestamp(microseconds: 1_700_000_000_000_000)
    #expect(Set((0..<1_000).map { _ in OrderID(at: moment, using: &random) }).count == 1_000)
  }

  @Test("traps at no time", arguments: [Int64.min, -1, 0, Int64.max])
  func extremes(_ microseconds: Int64) {
    var random = SeededRandom(seed: 3)

    let id = OrderID(at: Timestamp(microseconds: microseconds), using: &random)

    #expect(id.low >> 62 == 2)
  }

  @Test(
    "is read in either letter case and in no other form",
    arguments: [
      ("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", true),
      ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", true),
      ("017f22e279b07cc398c4dc0c0c07398f", false), ("", false),
      ("017f22e2-79b0-7cc3-98c4-dc0c0c07398", false),
      ("017f22e2-79b0-7cc3-98c4-dc0c0c07398g", false),
      ("017f22e2_79b0_7cc3_98c4_dc0c0c07398f", false),
      ("{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", false),
      ("017f22e-279b0-7cc3-98c4-dc0c0c07398f", false),
      ("017f22e2-79b0-7cc3-98c4-dc0c0c0739é", false),
    ])
  func reading(_ text: String, _ isID: Bool) {
    #expect((OrderID(text) != nil) == isID)
    #expect(OrderID(text).map { "\($0)" } ?? text.lowercased() == text.lowercased())
  }

  @Test(
    "may be a number instead, written as numbers are",
    arguments: [
      ("1", 1), ("1042", 1_042), ("9223372036854775807", Int.max), ("0", nil), ("-1", nil),
      ("+1", nil), ("01", nil), ("1.0", nil), (" 1", nil), ("9223372036854775808", nil),
      ("٣", nil), ("", nil),
    ])
  func keys(_ text: String, _ number: Int?) {
    #expect(OrderKey(text) == number.map { .number($0) })
  }
}
