import Orders
import TestSupport
import Testing

@Suite("A token")
struct BearerTokenTests {
  @Test("is read as it was made, and is never the same twice")
  func made() {
    var random = SeededRandom(seed: 3)
    let tokens = (0..<1_000).map { _ in BearerToken(using: &random) }

    #expect(Set(tokens).count == 1_000)
    #expect(tokens.allSatisfy { BearerToken($0.secret) == $0 && $0.secret.utf8.count == 67 })
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "wb_", "wb_" + String(repeating: "0", count: 63),
      "wb_" + String(repeating: "A", count: 64),
      "wb_" + String(repeating: "0", count: 65), "xx_" + String(repeating: "0", count: 64),
      "wb_" + String(repeating: "0", count: 62) + "é",
    ])
  func others(_ text: String) {
    #expect(BearerToken(text) == nil)
  }

  @Test("shows itself in no text that somebody writes about it")
  func hidden() {
    var random = SeededRandom(seed: 3)
    let token = BearerToken(using: &random)
    let digits = token.secret.dropFirst(3)
    var dumped = ""
    dump([token], to: &dumped)

    for text in [
      "\(token)", String(reflecting: token), "\([token])", "\(Optional(token) as Any)", dumped,
    ] {
      #expect(!text.contains(digits), "\(text)")
    }
  }
}
