import EventLoop
import TestSupport
import Testing

@testable import OrderStore
@testable import Postgres

@Suite("Batched writes")
struct BatcherTests {
  /// A number that is inserted into the table t; the statement answers those that are positive.
  private struct Insertion: RowWrite {
    typealias Outcome = Int

    let number: Int

    static func statement(_ insertions: [Insertion], lockWait: Int?) -> SQL {
      """
      WITH inserted AS (
          INSERT INTO t SELECT unnest(\(insertions.map(\.number))) RETURNING a
      )
      SELECT a FROM inserted WHERE a > 0
      """
    }

    func outcome(_ row: Row) throws(PostgresError) -> Int { try row.int(0) }
  }

  /// An insertion whose statement fails in a batch, as if rows had changed before it locked them.
  private struct LateInsertion: RowWrite {
    typealias Outcome = Int

    let number: Int

    static func statement(_ insertions: [LateInsertion], lockWait: Int?) -> SQL {
      lockWait == nil
        ? Insertion.statement(insertions.map { Insertion(number: $0.number) }, lockWait: nil)
        : "SELECT fail_late()"
    }

    func outcome(_ row: Row) throws(PostgresError) -> Int { try row.int(0) }
  }

  private static func insert(
    _ numbers: [Int], into database: Database
  ) async -> [Result<Int, PostgresError>] {
    let batcher = Batcher<Insertion>(database, lockedElsewhere: RowsLockedElsewhere(database))
    return await together(numbers.count, on: database.loop) { index in
      do throws(PostgresError) {
        return .success(try await batcher.submit(Insertion(number: numbers[index])))
      } catch {
        return .failure(error)
      }
    }
  }

  private static let table: SQL = "CREATE TABLE t (a bigint CONSTRAINT t_small CHECK (a < 100))"

  @Test("of one moment are one transaction, and each gets its own outcome")
  func gathered() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write(Self.table)
      let outcomes = await Self.insert(Array(1...40), into: database)
      #expect(outcomes.map { try? $0.get() } == Array(1...40))
      let transactions = try await database.read("SELECT count(DISTINCT xmin::text) FROM t")
      #expect(try transactions[0].int(0) == 1)
    }
  }

  @Test("fail alone when one of them is the cause")
  func alone() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write(Self.table)
      let outcomes = await Self.insert([1, 2, 300, 4], into: database)
      #expect(outcomes.map { try? $0.get() } == [1, 2, nil, 4])
      #expect(try await database.read("SELECT FROM t").count == 3)
    }
  }

  @Test("whose statement does not answer a row for each have an unknown outcome")
  func missingRow() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write(Self.table)
      for outcome in await Self.insert([1, -2, 3], into: database) {
        guard case .failure(let error) = outcome else {
          Issue.record("\(outcome)")
          continue
        }
        #expect(error.isOutcomeUnknown)
      }
    }
  }

  @Test("that came too late for a lock are done again, together")
  func late() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write(Self.table)
      _ = try await database.write(
        """
        CREATE FUNCTION fail_late() RETURNS bigint LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'it has changed' USING ERRCODE = 'serialization_failure'; END $$
        """)
      let batcher = Batcher<LateInsertion>(
        database, lockedElsewhere: RowsLockedElsewhere(database))
      let outcomes = await together(40, on: database.loop) { index in
        try? await batcher.submit(LateInsertion(number: index + 1))
      }
      #expect(outcomes == Array(1...40))
      let transactions = try await database.read("SELECT count(DISTINCT xmin::text) FROM t")
      #expect(try transactions[0].int(0) == 1)
    }
  }

  @Test("know a row as locked beyond the time that one of them waits for it, until it is free")
  func lockedForLong() async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      var settings = PostgresSettings.patient
      settings.lockTimeout = .milliseconds(50)
      let database = Database(target, settings: settings, on: loop)
      let holder = try await Session.open(target, on: loop)
      try await holder.run(
        unsafeText: "INSERT INTO waybill.products (id, name, price) VALUES ('kept', 'Kept', 1)")
      try await holder.run(
        unsafeText: "BEGIN; SELECT FROM waybill.products WHERE id = 'kept' FOR UPDATE")

      let locked = RowsLockedElsewhere(database)
      #expect(await locked.findLocked(among: [.product("kept"), .product("other")]))
      let error = await #expect(throws: PostgresError.self) {
        try await locked.waitUntilFree([.product("kept")])
      }
      #expect(error?.isLockTimeout == true)
      #expect(locked.contains(anyOf: [.product("kept")]))

      try await holder.run(unsafeText: "COMMIT")
      try await locked.waitUntilFree([.product("kept")])
      #expect(!locked.contains(anyOf: [.product("kept")]))
      holder.close()
      await database.close()
    }
  }
}
