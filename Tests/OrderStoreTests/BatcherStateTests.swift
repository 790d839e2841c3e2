import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("A batcher")
struct BatcherStateTests {
  private static func state(
    entries: Int = 3, weight: Int = 10, batches: Int = 1, waiting: Int = 100
  ) -> BatcherState<Int> {
    BatcherState(
      BatchLimits(
        entriesMax: entries, weightMax: weight, batchesMax: batches, waitingMax: waiting))
  }

  @Test("sends an entry that is alone at the end of its turn")
  func alone() {
    var state = Self.state()

    let joining = state.join(1, weight: 1)

    #expect(joining == .startAtEndOfTurn)
    #expect(state.start() == [1] && state.start() == nil)
  }

  @Test("gathers what comes while a batch is under way, in the order of its coming")
  func gathering() {
    var state = Self.state()
    _ = state.join(1, weight: 1)
    _ = state.start()

    let joinings = (2...5).map { state.join($0, weight: 1) }

    #expect(joinings.allSatisfy { $0 == .wait } && state.start() == nil)
    state.finished(1)
    #expect(state.start() == [2, 3, 4])
    state.finished(3)
    #expect(state.start() == [5])
  }

  @Test("asks once for a start that is due")
  func oneStart() {
    var state = Self.state(batches: 2)

    #expect(state.join(1, weight: 1) == .startAtEndOfTurn)
    #expect(state.join(2, weight: 1) == .wait)
    #expect(state.start() == [1, 2])
    #expect(state.join(3, weight: 1) == .wait)
    #expect(state.join(4, weight: 1) == .startAtEndOfTurn)
    #expect(state.join(5, weight: 1) == .wait)
    #expect(state.start() == [3, 4, 5])
  }

  @Test("starts beside others with as many entries as each of them has, and otherwise after them")
  func besideOthers() {
    var state = Self.state(entries: 4, batches: 3)
    for entry in 1...4 { _ = state.join(entry, weight: 1) }
    #expect(state.start() == [1, 2, 3, 4])

    let joinings = (5...8).map { state.join($0, weight: 1) }
    #expect(joinings == [.wait, .wait, .wait, .startAtEndOfTurn])
    #expect(state.start() == [5, 6, 7, 8] && state.start() == nil)
    #expect(state.join(9, weight: 1) == .wait)

    state.finished(4)
    #expect(state.start() == nil)
    state.finished(4)
    #expect(state.start() == [9])
  }

  @Test("keeps within the weight, and lets one that is too heavy go alone")
  func weight() {
    var state = Self.state()
    for (entry, weight) in [(1, 6), (2, 5), (3, 50), (4, 1)] {
      _ = state.join(entry, weight: weight)
    }

    var batches: [[Int]] = []
    while let batch = state.start() {
      batches.append(batch)
      state.finished(batch.count)
    }

    #expect(batches == [[1], [2], [3], [4]])
  }

  @Test("refuses more than may wait")
  func full() {
    var state = Self.state(waiting: 2)

    let joinings = (1...3).map { state.join($0, weight: 1) }

    #expect(joinings == [.startAtEndOfTurn, .wait, .refuse])
  }

  @Test("sends every entry once, whatever comes when")
  func random() {
    let seed: UInt64 = 5
    var random = SeededRandom(seed: seed)
    var state = Self.state(batches: 2, waiting: .max)
    var (next, due) = (0, false)
    var underWay: [Int] = []
    var sent: [Int] = []
    func start() {
      while let batch = state.start() {
        underWay.append(batch.count)
        sent += batch
      }
    }
    for _ in 0..<5_000 {
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        if state.join(next, weight: Int.random(in: 1...12, using: &random)) == .startAtEndOfTurn {
          due = true
        }
        next += 1
      case 1 where due:
        due = false
        start()
      default:
        guard !underWay.isEmpty else { continue }
        state.finished(underWay.remove(at: Int.random(in: underWay.indices, using: &random)))
        start()
      }
      #expect(underWay.count <= 2, "seed \(seed)")
    }
    while due || !underWay.isEmpty {
      if let entries = underWay.popLast() { state.finished(entries) }
      due = false
      start()
    }

    #expect(sent == Array(0..<next), "seed \(seed)")
  }
}
