import Orders
import Synchronization
import TestSupport
import Testing

@testable import OrderService

@Suite("Hints of callbacks")
struct OrderProcessHintsTests {
  @Test("keep each order once, wake once until they are taken, and are bounded")
  func flood() async throws {
    let wakes = Counter()
    let hints = OrderProcessHints()
    hints.onFirst { wakes.count.add(1, ordering: .relaxed) }

    for _ in 0..<10_000 { hints.add(OrderReference("a")!) }
    #expect(wakes.count.load(ordering: .relaxed) == 1)
    #expect(hints.take() == ["a"])
    #expect(hints.take().isEmpty)

    for number in 0..<10_000 { hints.add(OrderReference("order-\(number)")!) }
    #expect(wakes.count.load(ordering: .relaxed) == 2)
    #expect(hints.take().count == OrderProcessHints.countMax)
  }

  @Test("keep apart orders whose names only read the same")
  func alike() {
    let hints = OrderProcessHints()
    let names = ["look-\u{E9}", "look-e\u{301}"]
    for name in names { hints.add(OrderReference(name)!) }
    #expect(Set(hints.take().map { Array($0.utf8) }) == Set(names.map { Array($0.utf8) }))
  }

  private final class Counter: Sendable {
    let count = Atomic(0)
  }
}
