import Orders
import Testing

@Suite("Whom the history puts a change down to")
struct CallerTests {
  private static let cases: [(role: Role, name: String, actor: String)] = [
    (.warehouse, "tablet 3", #"warehouse "tablet 3" (token 5)"#),
    (.admin, "back office", #"admin "back office" (token 5)"#),
    (.customer(CustomerID("c-1")!), "phone", #"customer c-1 "phone" (token 5)"#),
    (.retailer, #"a "b" \"#, #"retailer "a \"b\" \\" (token 5)"#),
    (
      .retailer, "a\nb\u{1B}[31m\u{202E}\u{2028}",
      "retailer \"a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}\" (token 5)"
    ),
    (.retailer, "é👩‍👧", #"retailer "é👩‍👧" (token 5)"#),
  ]

  @Test(
    "has a role, a name and a number, on one line and between one pair of quotes", arguments: cases)
  func actor(_ role: Role, _ name: String, _ actor: String) {
    #expect(Caller(token: 5, role: role, name: name).actor == actor)
  }

  @Test("is not longer for a longer name than 60 characters") func bounded() {
    let names = [60, 61, 200].map { String(repeating: "n", count: $0) }
    let actors = names.map { Caller(token: 5, role: .admin, name: $0).actor }

    #expect(actors[0] == "admin \"\(names[0])\" (token 5)")
    #expect(actors[1] == "admin \"\(names[0])…\" (token 5)" && actors[2] == actors[1])
  }

  @Test("keeps nothing of a customer's id that a terminal obeys") func customer() {
    let actor = Caller(token: 5, role: .customer(CustomerID("a\nb")!), name: "x").actor
    #expect(actor == "customer a\u{FFFD}b \"x\" (token 5)")
  }
}
