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
    state.finished()
    #expect(state.start() == [2, 3, 4])
    state.finished()
    #expect(state.start() == [5])
  }

  @Test("asks once for a start that is due")
  func oneStart() {
    var state = Self.state(batches: 2)

    #expect(state.join(1, weight: 1) == .startAtEndOfTurn)
    #expect(state.join(2, weight: 1) == .wait)
    #expect(state.start() == [1, 2])
    #expect(state.join(3, weight: 1) == .startAtEndOfTurn)
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
      state.finished()
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
    var (next, underWay, due) = (0, 0, false)
    var sent: [Int] = []
    func start() {
      while let batch = state.start() {
        underWay += 1
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
        guard underWay > 0 else { continue }
        underWay -= 1
        state.finished()
        start()
      }
      #expect(underWay <= 2, "seed \(seed)")
    }
    while due || underWay > 0 {
      if underWay > 0 {
        underWay -= 1
        state.finished()
      }
      due = false
      start()
    }

    #expect(sent == Array(0..<next), "seed \(seed)")
  }
}
