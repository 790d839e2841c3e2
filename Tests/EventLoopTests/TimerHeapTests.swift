import TestSupport
import Testing

@testable import EventLoop

@Suite("Timers leave the heap in the order of their deadlines")
struct TimerHeapTests {
  private func timer(_ loop: EventLoop) -> Timer { Timer(on: loop) {} }

  @Test(
    "whatever the order of arming, moving and disarming", arguments: 1...20 as ClosedRange<UInt64>)
  func order(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let loop = EventLoop()
    var heap = TimerHeap()
    let timers = (0..<200).map { _ in timer(loop) }
    var expected: [ObjectIdentifier: Int64] = [:]
    for _ in 0..<1_000 {
      let timer = timers.randomElement(using: &random)!
      if Int.random(in: 0..<4, using: &random) == 0 {
        heap.remove(timer)
        expected[ObjectIdentifier(timer)] = nil
      } else {
        let deadline = Int64.random(in: 0..<500, using: &random)
        heap.insert(timer, at: Instant(nanoseconds: deadline))
        expected[ObjectIdentifier(timer)] = deadline
      }
    }

    #expect(heap.count == expected.count, "seed \(seed)")
    var popped: [Int64] = []
    while let timer = heap.popDue(at: .never) {
      #expect(expected.removeValue(forKey: ObjectIdentifier(timer)) == timer.deadline.nanoseconds)
      popped.append(timer.deadline.nanoseconds)
    }

    #expect(popped == popped.sorted(), "seed \(seed)")
    #expect(expected.isEmpty, "seed \(seed)")
  }

  @Test("a timer that is not due stays")
  func notDue() {
    let loop = EventLoop()
    var heap = TimerHeap()
    let late = timer(loop)
    heap.insert(late, at: Instant(nanoseconds: 10))

    #expect(heap.popDue(at: Instant(nanoseconds: 9)) == nil)
    #expect(heap.popDue(at: Instant(nanoseconds: 10)) === late)
    #expect(!late.isArmed)
  }

  @Test("sums of times are clamped instead of overflowing")
  func overflow() {
    #expect(Instant(nanoseconds: .max - 1) + .seconds(10) == .never)
    #expect(Duration.seconds(Int64.max).inNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).inNanoseconds == .min)
    #expect(Duration.milliseconds(1_500).inNanoseconds == 1_500_000_000)
  }
}
