import EventLoop
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("Gathered reads and writes in a transaction")
struct GatheringInTransactionTests {
  /// A number that is inserted into the table t.
  private struct Insertion: RowWrite {
    typealias Outcome = Int

    let number: Int

    static func statement(_ insertions: [Insertion], lockWait: Int?) -> SQL {
      "INSERT INTO t SELECT unnest(\(insertions.map(\.number))) RETURNING a"
    }

    func outcome(_ row: Row) throws(PostgresError) -> Int { try row.int(0) }
  }

  @Test("are part of it: it sees them, others see them when it has ended")
  func alone() async throws {
    try await withDatabase { database, loop in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      let batcher = Batcher<Insertion>(database, lockedElsewhere: RowsLockedElsewhere(database))
      let coalescer = Coalescer<Int, Int>(on: loop) { (keys) throws(PostgresError) in
        let rows = try await database.read("SELECT a FROM t WHERE a = ANY(\(keys))")
        return Dictionary(
          uniqueKeysWithValues: try rows.map { row throws(PostgresError) in
            (try row.int(0), try row.int(0))
          })
      }

      try await database.including {
        let inserted = try await batcher.submit(Insertion(number: 2))
        let loaded = try await coalescer.load(2)
        #expect(inserted == 2 && loaded == 2)
        let outside = await together(1, on: loop) { _ in try? await coalescer.load(2) }
        #expect(outside == [nil], "a task begun meanwhile is on its own")
      }
      #expect(try await coalescer.load(2) == 2)
    }
  }
}
