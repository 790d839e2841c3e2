import Testing

@testable import Orders

@Suite("A new order")
struct NewOrderTests {
  private static let line = NewLine(.product(ProductID("p")!, price: nil), quantity: Quantity(1)!)!

  @Test("has 1 to 100 lines", arguments: [(0, false), (1, true), (100, true), (101, false)])
  func lines(_ count: Int, _ isAllowed: Bool) {
    let order = NewOrder(
      channel: .api, customer: CustomerID("c")!, reference: nil, shortage: .refuse,
      lines: Array(repeating: Self.line, count: count))

    #expect((order != nil) == isAllowed)
  }

  @Test(
    "asks for 1 to 1,000,000 units a line",
    arguments: [(0, false), (1, true), (1_000_000, true), (1_000_001, false), (.max, false)])
  func quantities(_ value: Int, _ isAllowed: Bool) {
    #expect((Quantity(value) != nil) == isAllowed)
  }

  @Test(
    "has prices from 0.00 to 9,999,999,999.99",
    arguments: [(-1, false), (0, true), (999_999_999_999, true), (1_000_000_000_000, false)])
  func prices(_ cents: Int64, _ isAllowed: Bool) {
    let price = Money(cents: cents)
    let product = NewLine(.product(ProductID("p")!, price: price), quantity: Quantity(1)!)
    let free = NewLine(.free(name: nil, price: price), quantity: Quantity(1)!)

    #expect((product != nil) == isAllowed && (free != nil) == isAllowed)
  }

  @Test("has texts as long as the database counts them, and without NUL")
  func texts() {
    let flag = "🇦🇶"  // One character to a person, two to the database.

    #expect(CustomerID("") == nil && CustomerID("a\0") == nil)
    #expect(CustomerID(String(repeating: "ü", count: 255)) != nil)
    #expect(CustomerID(String(repeating: "ü", count: 256)) == nil)
    #expect(OrderReference(String(repeating: flag, count: 127)) != nil)
    #expect(OrderReference(String(repeating: flag, count: 128)) == nil)
    let nameless = NewLine(.free(name: "", price: Money(cents: 1)), quantity: Quantity(1)!)
    #expect(nameless == nil)
  }

  @Test("is shipped by a change that changes something")
  func shipping() {
    #expect(ShippingChange(carrier: .keep, trackingNumber: .keep) == nil)
    #expect(ShippingChange(carrier: .set(""), trackingNumber: .keep) == nil)
    #expect(ShippingChange(carrier: .clear, trackingNumber: .keep) != nil)
  }
}
