import EventLoop
import Telemetry
import TestSupport
import Testing

@testable import Postgres

@Suite("A task that is part of a transaction")
struct UnitOfWorkTests {
  private struct Refused: Error {}

  private static func numbers(_ database: Database) async throws -> [Int] {
    try await database.read("SELECT a FROM t ORDER BY a").map { row throws(PostgresError) in
      try row.int(0)
    }
  }

  @Test("reads and writes there, alone, whichever way it calls the database")
  func everyWay() async throws {
    try await withDatabase { database, loop in
      _ = try await database.write("CREATE TABLE t (a bigint)")

      try await database.including {
        _ = try await database.write("INSERT INTO t VALUES (1)")
        _ = try await database.write("INSERT INTO t VALUES (2)")
        try await database.transaction { (inner) throws(PostgresError) in
          _ = try await inner.run("INSERT INTO t VALUES (3)")
        }
        #expect(try await Self.numbers(database) == [1, 2, 3])
        let outside = await together(1, on: loop) { _ in
          (try? await Self.numbers(database)) ?? [0]
        }
        #expect(outside == [[]], "a task begun meanwhile is on its own")
      }
      #expect(try await Self.numbers(database) == [1, 2, 3])
      #expect(database.metrics.transactions.value == 1)
    }
  }

  @Test("is rolled back when it throws, and the transaction can continue")
  func undone() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint CONSTRAINT t_key UNIQUE)")
      try await database.transaction { (transaction) throws(PostgresError) in
        _ = try await transaction.run("INSERT INTO t VALUES (1)")
        for _ in 0..<2 {
          do {
            try await transaction.including {
              _ = try await database.write("INSERT INTO t VALUES (2)")
              _ = try await database.write("INSERT INTO t VALUES (1)")
            }
          } catch {
            let error = error as? PostgresError
            #expect(error?.serverError?.state == .uniqueViolation && error?.constraint == "t_key")
          }
        }
        _ = try? await transaction.including { throw Refused() }
        _ = try await transaction.run("INSERT INTO t VALUES (3)")
      }
      #expect(try await Self.numbers(database) == [1, 3])
    }
  }

  @Test("rolls back only the innermost part that throws")
  func parts() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      func write(_ number: Int, andThrow: Bool) async throws {
        try await database.transaction { (inner) throws(IncludedFailure) in
          do throws(PostgresError) {
            _ = try await inner.run("INSERT INTO t VALUES (\(number))")
          } catch {
            throw .database(error)
          }
          if andThrow { throw .other(Refused()) }
        }
      }
      try await database.including {
        _ = try await database.write("INSERT INTO t VALUES (1)")
        try await write(2, andThrow: false)
        try? await write(3, andThrow: true)
        try await write(4, andThrow: false)
        try? await write(5, andThrow: true)
      }
      #expect(try await Self.numbers(database) == [1, 2, 4])

      await #expect(throws: IncludedFailure.self) {
        try await database.including {
          try await write(6, andThrow: false)
          throw Refused()
        }
      }
      #expect(try await Self.numbers(database) == [1, 2, 4])
    }
  }

  @Test("begins again from the start when its connection breaks, or after a conflict")
  func again() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      for trouble: SQL in [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$",
      ] {
        var runs = 0
        try await database.including {
          runs += 1
          _ = try await database.write("INSERT INTO t VALUES (\(runs))")
          // Whoever asks cannot tell, and need not.
          if runs == 1 { _ = try? await database.write(trouble) }
        }
        #expect(runs == 2)
      }
      #expect(try await Self.numbers(database) == [2, 2])
    }
  }

  @Test("uses another database as usual, and its own again when the transaction is over")
  func others() async throws {
    try await withDatabase { database, loop in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      let other = Database(
        try ConnectionString(TestCluster.shared.makeDatabase()), settings: .patient, on: loop)
      try await database.including {
        _ = try await database.write("INSERT INTO t VALUES (1)")
        #expect(try await other.read("SELECT to_regclass('t') IS NULL")[0].bool(0))
      }
      await other.close()
      #expect(database.metrics.connectionsLeased.value == 0)
      #expect(try await Self.numbers(database) == [1])
    }
  }
}
