import Testing

@testable import Orders

@Suite("A product's id")
struct ProductIDTests {
  @Test(
    "is 1 to 64 letters, digits, dots, underscores and hyphens",
    arguments: ["a", "ABC-123", "x.y_z", "0", String(repeating: "a", count: 64)])
  func accepted(_ text: String) {
    #expect(ProductID(text)?.value == text)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", " ", "a b", "a/b", "ä", "a\0", "a'", String(repeating: "a", count: 65), "٣", "a\n",
    ])
  func refused(_ text: String) {
    #expect(ProductID(text) == nil)
  }
}

@Suite("A page")
struct PageTests {
  @Test("says that there is more only when one entry more was read")
  func cut() {
    let size = PageSize(3)!

    let last = Page(reading: [1, 2, 3], size: size) { $0 }
    let first = Page(reading: [1, 2, 3, 4], size: size) { $0 }

    #expect(last.entries == [1, 2, 3] && last.next == nil)
    #expect(first.entries == [1, 2, 3] && first.next == 3)
    #expect(Page(reading: [Int](), size: size) { $0 }.next == nil)
  }

  @Test("holds 1 to 200 entries", arguments: [(0, false), (1, true), (200, true), (201, false)])
  func sizes(_ value: Int, _ isAllowed: Bool) {
    #expect((PageSize(value) != nil) == isAllowed)
  }
}
