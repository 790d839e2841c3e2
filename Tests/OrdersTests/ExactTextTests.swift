import Testing

@testable import Orders

@Suite("Texts that read the same")
struct ExactTextTests {
  /// `é` as one character, and as an `e` with an accent.
  private static let alike = ["look-\u{E9}", "look-e\u{301}"]

  /// Of how many of the two a set thinks.
  private func count<Text: ExactText>(_ make: (String) -> Text?) -> Int {
    let texts = Self.alike.compactMap(make)
    // A set may find two equal only when their hashes meet, so both are asked.
    return texts.count == 2 && texts[0] != texts[1] ? Set(texts).count : 1
  }

  @Test("are two names of whatever a client names")
  func names() {
    #expect(Self.alike[0] == Self.alike[1], "to Swift they are one, or this tests nothing")
    #expect(count(OrderReference.init) == 2)
    #expect(count(CustomerID.init) == 2)
    #expect(count(Name.init) == 2)
    #expect(count(ProductDescription.init) == 2)
    #expect(count { EmailAddress($0 + "@example.org") } == 2)
  }

  @Test("are the same name when their bytes are the same")
  func same() {
    for text in Self.alike {
      #expect(OrderReference(text) == OrderReference(text))
      #expect(Set([OrderReference(text), OrderReference(text)]).count == 1)
    }
  }

  @Test("are two customers, neither of whom may see what is the other's")
  func scope() throws {
    let owner = try #require(CustomerID(Self.alike[0]))
    let scope = OrderScope(channel: nil, owner: owner)
    #expect(scope.covers(owner))
    #expect(!scope.covers(try #require(CustomerID(Self.alike[1]))))
  }
}
