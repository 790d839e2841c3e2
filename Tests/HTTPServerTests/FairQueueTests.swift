import HTTP
import Testing

@testable import HTTPServer

@Suite("A fair queue")
struct FairQueueTests {
  private final class Entry {
    let demand: Demand
    init(_ demand: Demand) { self.demand = demand }
  }

  private var queue = FairQueue<Entry>(slots: 12, waitingMax: 20, bytesMax: 1_000)

  private mutating func join(
    _ sender: Int, slots: Int = 1, bytes: Int = 1
  ) -> (FairQueue<Entry>.Admission, Entry) {
    let entry = Entry(Demand(of: .token(sender), slots: slots))
    return (queue.join(entry, entry.demand, bytes: bytes), entry)
  }

  /// How many of so many requests start.
  private mutating func starts(_ sender: Int, of count: Int) -> Int {
    (0..<count).filter { _ in join(sender).0 == .start }.count
  }

  /// The senders of those that start now, in their order.
  private mutating func started() -> [Sender] {
    var senders: [Sender] = []
    while let entry = queue.next() { senders.append(entry.demand.sender) }
    return senders
  }

  @Test("gives one sender half of the slots, and the next one what it needs")
  mutating func shares() {
    #expect(starts(1, of: 12) == 6)
    let others = (2...7).map { join($0).0 }

    #expect(others == Array(repeating: .wait, count: 6))
    #expect(started() == (2...7).map { .token($0) })
    #expect(started().isEmpty)
  }

  @Test("has those that wait take turns, however much one of them asks for")
  mutating func turns() {
    let first = (0..<6).map { _ in join(1).1 }
    let others = (2...7).map { join($0).1 }
    for _ in 0..<8 { _ = join(1) }
    for _ in 0..<2 { for sender in [8, 9] { _ = join(sender) } }

    for entry in first { queue.finished(entry.demand) }
    #expect(Array(started().prefix(4)) == [.token(1), .token(8), .token(9), .token(1)])
    for entry in others { queue.finished(entry.demand) }
    #expect(started().contains(.token(9)))
  }

  @Test("keeps free slots for one that needs many and has none")
  mutating func many() {
    let first = (0..<6).map { _ in join(1).1 }
    let second = (2...6).map { join($0).1 }
    #expect(join(7, slots: 6).0 == .wait)
    #expect(started().isEmpty)
    #expect(join(8).0 == .wait)
    #expect(started().isEmpty, "nobody overtakes")

    for entry in second { queue.finished(entry.demand) }
    #expect(started() == [.token(7)])
    for entry in first { queue.finished(entry.demand) }
    #expect(started() == [.token(8)])
  }

  @Test("has room for a request that asks for more than there is")
  mutating func tooMany() {
    let (admission, entry) = join(1, slots: 100)
    #expect(admission == .start)
    #expect(starts(2, of: 12) == 3)
    queue.finished(entry.demand)
    #expect(started() == [.token(2), .token(2), .token(2)])
  }

  @Test("refuses what would make a line too long, or hold too many bytes")
  mutating func full() {
    #expect(starts(1, of: 26) == 6)
    #expect(join(1).0 == .refuse)
    #expect(join(2, bytes: 981).0 == .refuse)
    #expect(join(2, bytes: 980).0 == .wait)
    #expect(started() == [.token(2)])
    #expect(join(3, bytes: 980).0 == .wait)
  }

  @Test("forgets those that leave")
  mutating func leaving() {
    _ = starts(1, of: 6)
    let gone = (0..<20).map { _ in join(1).1 }
    #expect(join(1).0 == .refuse)
    for entry in gone { queue.leave(entry, entry.demand) }

    #expect(join(1, bytes: 1_000).0 == .wait)
    #expect(started().isEmpty)
    queue.finished(Demand(of: .token(1)))
    #expect(started() == [.token(1)])
    #expect(join(2).0 == .start)
  }
}
