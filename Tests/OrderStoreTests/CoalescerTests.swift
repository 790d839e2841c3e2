import EventLoop
import Telemetry
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("Coalesced loads")
struct CoalescerTests {
  @Test("one goes out at once; those of a moment go together, the same key once")
  func batches() {
    var state = CoalescerState<String, Int>(keysMax: 3, batchesMax: 1)
    let starts = ["a", "a", "b"].enumerated().map { state.join($0 + 1, for: $1) }
    #expect(starts == [true, false, false])
    let first = state.start()
    #expect(first?.keys == ["a", "b"])
    #expect(first?.waiters == ["a": [1, 2], "b": [3]])

    let later = ["a", "c", "d", "e"].enumerated().map { state.join($0 + 4, for: $1) }
    #expect(later == [false, false, false, false])
    #expect(state.start() == nil)
    state.finished()
    #expect(state.start()?.keys == ["a", "c", "d"])
    state.finished()
    #expect(state.start()?.keys == ["e"])
    state.finished()
    #expect(state.start() == nil)
  }

  @Test("each waiter is in exactly one batch, and no batch is too large", arguments: 0..<100)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var state = CoalescerState<Int, Int>(keysMax: 4, batchesMax: 2)
    var served: Set<Int> = []
    var underWay = 0
    for waiter in 0..<200 {
      let key = Int.random(in: 0..<10, using: &random)
      let mustStart = state.join(waiter, for: key)
      if mustStart || underWay == 0 { start() }
      if underWay > 0, Int.random(in: 0..<3, using: &random) == 0 { finish() }
    }
    while underWay > 0 { finish() }
    #expect(served.count == 200, "seed \(seed)")

    func start() {
      while let batch = state.start() {
        underWay += 1
        #expect(underWay <= 2 && batch.keys.count <= 4 && Set(batch.keys).count == batch.keys.count)
        #expect(Set(batch.waiters.keys) == Set(batch.keys), "seed \(seed)")
        for waiter in batch.waiters.values.joined() {
          #expect(served.insert(waiter).inserted, "seed \(seed)")
        }
      }
    }
    func finish() {
      underWay -= 1
      state.finished()
      start()
    }
  }

  @Test("many lookups become few statements, and everybody gets his own")
  func statements() async throws {
    try await withDatabase { database, loop in
      let coalescer = Coalescer<Int, String>(on: loop) { keys async throws(PostgresError) in
        let rows = try await database.read(
          "SELECT n, 'v' || n FROM generate_series(0, 499) n WHERE n = ANY(\(keys))")
        var found: [Int: String] = [:]
        for row in rows { found[try row.int(0)] = try row.text(1) }
        return found
      }
      _ = try await database.read("SELECT 1")
      let before = database.metrics.statements.value
      let values = await together(1000, on: loop) { try? await coalescer.load($0 / 2) }
      #expect(values == (0..<1000).map { $0 < 1000 ? "v\($0 / 2)" : nil })
      #expect(database.metrics.statements.value - before <= 10)
      let absent = try await coalescer.load(500)
      #expect(absent == nil)
    }
  }

  @Test("an error reaches the callers of that statement, and no others")
  func errors() async throws {
    try await withDatabase { database, loop in
      let coalescer = Coalescer<Int, Int>(on: loop, limit: 10, batches: 1) {
        keys async throws(PostgresError) in
        let rows = try await database.read(
          "SELECT k, 1 / (k - 15) FROM unnest(\(keys)) k")
        var found: [Int: Int] = [:]
        for row in rows { found[try row.int(0)] = try row.int(1) }
        return found
      }
      let failed = await together(30, on: loop) { key -> Bool in
        do throws(PostgresError) {
          _ = try await coalescer.load(key)
          return false
        } catch {
          return true
        }
      }
      #expect(failed.indices.filter { failed[$0] } == Array(10..<20))
    }
  }
}
