import Testing

@testable import Orders

@Suite("An order's life cycle")
struct OrderStatusTests {
  static let arrows: Set<[OrderStatus]> = [
    [.new, .inProgress], [.inProgress, .completed], [.new, .cancelled], [.inProgress, .cancelled],
  ]

  @Test("has exactly these arrows", arguments: OrderStatus.allCases, OrderStatus.allCases)
  func pairs(_ from: OrderStatus, _ to: OrderStatus) {
    #expect(from.successors.contains(to) == Self.arrows.contains([from, to]))
  }

  @Test(
    "is named in any of the ways people write",
    arguments: [
      ("new", OrderStatus.new), ("NEW", .new), ("in_progress", .inProgress),
      ("in progress", .inProgress), ("in-progress", .inProgress), ("In Progress", .inProgress),
      ("IN_PROGRESS", .inProgress), ("Completed", .completed), ("cancelled", .cancelled),
      ("failed", .failed),
    ])
  func words(_ word: String, _ status: OrderStatus) {
    #expect(OrderStatus(word: word) == status)
  }

  @Test(
    "knows no other words",
    arguments: [
      "", " ", "inprogress", "in  progress", "in_progress ", "canceled", "done", "new\n", "nеw",
    ])
  func otherWords(_ word: String) {
    #expect(OrderStatus(word: word) == nil)
  }

  @Test("is left to its own process where that fulfils the order")
  func fulfilment() {
    #expect(order(.fulfilment).allowedStatuses.isEmpty)
    #expect(order(.api).allowedStatuses == [.inProgress, .cancelled])
  }

  private func order(_ channel: Channel) -> Order {
    Order(
      id: OrderID(high: 0, low: 0), number: 1, channel: channel, status: .new, customer: nil,
      reference: nil, items: [], totalQuantity: 0, totalAmount: "0.00",
      shipping: Shipping(carrier: nil, trackingNumber: nil), version: 1,
      createdAt: Timestamp(microseconds: 0), updatedAt: Timestamp(microseconds: 0))
  }
}
