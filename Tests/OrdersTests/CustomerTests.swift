import Testing

@testable import Orders

@Suite("An e-mail address")
struct EmailAddressTests {
  @Test(
    "is a name, an @ and a host with a point",
    arguments: [
      "a@b.co", "steve.smith@example.org", "x+tag@sub.example.org", "o'brien@example.org",
      "jörg@müller.example", "1@2.3", String(repeating: "a", count: 64) + "@example.org",
    ])
  func accepted(_ text: String) {
    #expect(EmailAddress(text)?.value == text)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", "a", "@", "a@", "@b.co", "a@b", "a@@b.co", "a@b@c.co", "a b@c.co", "a@b .co", "a@.co",
      "a@b.", "a@b..co", "a@-b.co", "a@b-.co", "a@b_c.co", "a@b.co\n", "a@b.co\0", "<a@b.co>",
      "a,b@c.co", "a\u{200B}@b.co", "a@b.co\u{202E}", "\"a\"@b.co", "a@[127.0.0.1]",
      String(repeating: "a", count: 65) + "@example.org",
      "a@" + String(repeating: "b", count: 64) + ".org",
      "a@" + String(repeating: "b.", count: 126) + "co",
    ])
  func refused(_ text: String) {
    #expect(EmailAddress(text) == nil)
  }
}

@Suite("A name")
struct NameTests {
  @Test("has 1 to 200 characters, counted as the database counts them")
  func length() {
    #expect(Name("a") != nil && Name(String(repeating: "😀", count: 200)) != nil)
    #expect(Name("") == nil && Name(String(repeating: "a", count: 201)) == nil)
    // One letter to a reader, two characters to the database.
    #expect(Name(String(repeating: "e\u{301}", count: 101)) == nil)
  }

  @Test("is more than blanks and holds no NUL", arguments: [" ", "\t\n", "\u{3000}", "a\0"])
  func blank(_ text: String) {
    #expect(Name(text) == nil)
  }
}

@Suite("An id that is made")
struct MadeIDTests {
  @Test("is never made twice and can be an id")
  func different() {
    let name = Name("x")!
    let made = (0..<1_000).map { _ in NewCustomer(id: nil, name: name, email: nil).id }

    #expect(Set(made).count == 1_000)
    #expect(made.allSatisfy { ProductID($0.value) != nil })
  }
}

@Suite("The report's sort order")
struct ReportSortTests {
  @Test("is a column, behind a minus to begin with the largest")
  func words() {
    for column in CustomerColumn.allCases {
      for descends in [true, false] {
        let sort = ReportSort(column: column, descends: descends)
        #expect(ReportSort(sort.word) == sort)
      }
    }
    for word in ["", "-", "--orders", "+orders", "Orders", "orders ", "price"] {
      #expect(ReportSort<CustomerColumn>(word) == nil, "\(word)")
    }
  }

  typealias Case = (column: CustomerColumn, value: String, isOne: Bool)
  static let cases: [Case] = [
    (.orders, "7", true), (.orders, "x", false), (.orders, "99999999999999999999", false),
    (.totalQuantity, "", false), (.totalAmount, "21.10", true), (.totalAmount, "0", true),
    (.totalAmount, "NaN", false), (.totalAmount, "1e9", false), (.totalAmount, "-1", false),
    (.totalAmount, "1.2.3", false), (.totalAmount, ".5", false),
    (.totalAmount, String(repeating: "9", count: 33), false), (.customer, "NaN", true),
    (.name, "", true),
  ]

  @Test(
    "knows which values its column can have, so that no cursor reaches the database unread",
    arguments: cases)
  func positions(_ example: Case) {
    let sort = ReportSort(column: example.column, descends: true)

    #expect((sort.position(value: example.value, key: "c") != nil) == example.isOne)
  }

  @Test("knows that a day is one of the calendar, as a value and as what decides between rows")
  func days() {
    let byDay = ReportSort(column: DayColumn.day, descends: true)
    let byOrders = ReportSort(column: DayColumn.orders, descends: true)

    #expect(byDay.position(value: "2026-02-28", key: "2026-02-28") != nil)
    #expect(byDay.position(value: "2026-02-30", key: "2026-02-28") == nil)
    #expect(byOrders.position(value: "7", key: "yesterday") == nil)
  }
}
