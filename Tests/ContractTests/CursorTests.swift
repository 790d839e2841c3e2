import Orders
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A cursor")
struct CursorTests {
  @Test("leads back to its position", arguments: [0, 1, 50, -1, Int.max, .min])
  func roundTrip(_ position: Int) {
    let text = Cursor.text(list: "products", position: position)

    #expect(Cursor.position(text, list: "products") == position)
    #expect(text.utf8.allSatisfy { (97...122).contains($0) || (50...57).contains($0) })
  }

  @Test(
    "at a moment outside the years 1 to 9999 is refused",
    arguments: [
      (-62_135_596_800_000_001, false), (-62_135_596_800_000_000, true), (0, true),
      (253_402_300_799_999_999, true), (253_402_300_800_000_000, false), (.max, false),
      (.min, false),
    ] as [(Int64, Bool)])
  func era(_ microseconds: Int64, _ isTaken: Bool) {
    let text = Cursor.text(list: "orders", Timestamp(microseconds: microseconds), 7)

    let read = Cursor.moment(text, list: "orders")

    #expect((read?.moment.microseconds == microseconds && read?.number == 7) == isTaken)
    #expect((read == nil) != isTaken)
  }

  @Test("of another list is refused")
  func foreign() {
    let text = Cursor.text(list: "orders", position: 7)

    #expect(Cursor.position(text, list: "products") == nil)
  }

  @Test(
    "that is mistyped, cut or made up is refused",
    arguments: ["", "a", "7", "-1", "products:7", "zzzz", String(repeating: "a", count: 10_000)])
  func invented(_ text: String) {
    #expect(Cursor.position(text, list: "products") == nil)
  }

  @Test("with any one character changed, left out or added is refused")
  func mutated() {
    let seed: UInt64 = 11
    var random = SeededRandom(seed: seed)
    let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
    for _ in 0..<2_000 {
      let text = Array(
        Cursor.text(list: "products", position: Int.random(in: 0...1_000_000, using: &random)))
      var changed = text
      let place = changed.indices.randomElement(using: &random)!
      switch Int.random(in: 0..<3, using: &random) {
      case 0: changed[place] = alphabet.randomElement(using: &random)!
      case 1: changed.remove(at: place)
      default: changed.insert(alphabet.randomElement(using: &random)!, at: place)
      }
      guard changed != text else { continue }

      let read = Cursor.position(String(changed), list: "products")

      #expect(read == nil, "seed \(seed): \(String(text)) became \(String(changed))")
    }
  }
}
