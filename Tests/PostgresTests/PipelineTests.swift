import EventLoop
import Telemetry
import TestSupport
import Testing

@testable import Postgres

@Suite("A pipeline")
struct PipelineTests {
  @Test("gives every statement its own answer, whatever fails beside it", arguments: 0..<5)
  func neighbours(seed: UInt64) async throws {
    try await withDatabase { database, loop in
      _ = try await database.write("CREATE TABLE t (id bigint PRIMARY KEY)")
      var random = SeededRandom(seed: seed)
      var wrong: [String] = []
      for _ in 0..<20 {
        let kinds = (0..<60).map { _ in Int.random(in: 0..<6, using: &random) }
        let results = await together(kinds.count, on: loop) { index in
          await Self.run(kinds[index], index, on: database)
        }
        for (index, result) in results.enumerated()
        where result != Self.expected(kinds[index], index) {
          wrong.append("\(kinds[index]): \(result)")
        }
        _ = try await database.write("TRUNCATE t")
      }
      #expect(wrong.isEmpty, "seed \(seed)")
      #expect(database.metrics.connectionsLost.value == 0)
    }
  }

  private static func run(_ kind: Int, _ index: Int, on database: Database) async -> String {
    do throws(PostgresError) {
      switch kind {
      case 0, 1: return try await database.read("SELECT \(index) + 1")[0].text(0)
      case 2: return try await database.read("SELECT 1 / (\(index) - \(index))")[0].text(0)
      case 3: return try await database.read("SELECT \("x\(index)")::bigint")[0].text(0)
      case 4:
        return try await database.write("INSERT INTO t VALUES (\(index)) RETURNING id")[0].text(0)
      default: return try await database.write("INSERT INTO nowhere VALUES (\(index))")[0].text(0)
      }
    } catch {
      return error.serverError?.state.rawValue ?? String(reflecting: error)
    }
  }

  private static func expected(_ kind: Int, _ index: Int) -> String {
    switch kind {
    case 0, 1: "\(index + 1)"
    case 2: "22012"
    case 3: "22P02"
    case 4: "\(index)"
    default: "42P01"
    }
  }

  @Test("prepares a statement once for each connection, whatever its values")
  func preparedOnce() async throws {
    try await withDatabase { database, loop in
      let numbers = await together(100, on: loop) { index in
        try? await database.read("SELECT \(index)")[0].int(0)
      }
      #expect(numbers == Array(0..<100))
      let prepared = try await database.read(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1'")
      #expect(try prepared[0].int(0) == 1)
    }
  }

  @Test("keeps the parameter types of a statement apart")
  func types() async throws {
    try await withDatabase { database, _ in
      func type<Value: SQLBindable>(of value: Value) async throws(PostgresError) -> String {
        try await database.read("SELECT pg_typeof(\(value))::text")[0].text(0)
      }
      #expect(try await type(of: 1) == "bigint")
      #expect(try await type(of: "1") == "text")
      #expect(try await type(of: Int32(1)) == "integer")
      let last = try await type(of: [true])
      #expect(last == "boolean[]")
    }
  }

  @Test("composes statements of fragments, and numbers their parameters through")
  func fragments() async throws {
    try await withDatabase { database, _ in
      var filter: SQL = "WHERE n > \(2)"
      filter.append(" AND n <> \(5)")
      let direction: SQL = "DESC"
      let rows = try await database.read(
        "SELECT n FROM generate_series(1, \(7)) n \(filter) ORDER BY n \(direction) LIMIT \(3)")

      #expect(try rows.map { row throws(PostgresError) in try row.int(0) } == [7, 6, 4])
      #expect(filter.rendered().text == "WHERE n > $1 AND n <> $2")
    }
  }

  @Test("prepares a statement anew when its table changed under it")
  func stale() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      _ = try await database.write("INSERT INTO t VALUES (1)")
      for type in ["text", "varchar", "text"] {
        #expect(try await database.read("SELECT * FROM t")[0].text(0) == "1")
        let inside = try await database.transaction { tx async throws(PostgresError) in
          try await tx.run("SELECT * FROM t")[0].text(0)
        }
        #expect(inside == "1")
        _ = try await database.write(SQL(unsafeText: "ALTER TABLE t ALTER a TYPE \(type)"))
      }
      _ = try await database.read("SELECT * FROM t")
      for _ in 0..<20 { _ = try await database.read(SQL(unsafeText: "DEALLOCATE ALL")) }
      #expect(try await database.read("SELECT * FROM t")[0].text(0) == "1")
    }
  }

  @Test("reports what is wrong with a statement each time, and prepares it once it is right")
  func unprepared() async throws {
    try await withDatabase { database, loop in
      let errors = await together(50, on: loop) { _ in
        await database.failure(reading: "SELECT a FROM later")?.serverError?.state
      }
      #expect(errors.allSatisfy { $0 == "42P01" })
      _ = try await database.write("CREATE TABLE later (a bigint)")
      let rows = try await database.read("SELECT a FROM later")
      #expect(rows.isEmpty)
    }
  }

  @Test("still runs statements when it may prepare no more")
  func unnamed() async throws {
    try await withDatabase { database, _ in
      for number in 0..<(PostgresLimits.statementsMax + 50) {
        var sql: SQL = "SELECT \(1)"
        for _ in 0..<number { sql.append(" + \(1)") }
        #expect(try await database.read(sql)[0].int(0) == number + 1)
      }
      let rows = try await database.read("SELECT count(*) FROM pg_prepared_statements")
      #expect(try rows[0].int(0) <= PostgresLimits.statementsMax)
    }
  }

  @Test("carries large statements and large answers side by side")
  func large() async throws {
    try await withDatabase { database, loop in
      let text = String(repeating: "0123456789", count: 200_000)
      let counts = await together(20, on: loop) { index in
        index.isMultiple(of: 2)
          ? try? await database.read("SELECT length(\(text))")[0].int(0)
          : try? await database.read("SELECT repeat('x', \(2_000_000)::int)")[0].text(0).utf8.count
      }
      #expect(counts == Array(repeating: 2_000_000, count: 20))
    }
  }

  @Test("does not leave the loop's thread")
  func hops() async throws {
    let settings = PostgresSettings()
    try await withDatabase(settings) { database, loop in
      _ = try await database.read("SELECT 1")
      let before = loop.jobsReceived
      _ = await together(200, on: loop) { index in
        _ = try? await database.read("SELECT \(index)")
        _ = try? await database.transaction { tx async throws(PostgresError) in
          try await tx.run("SELECT \(index)")
        }
      }
      #expect(loop.jobsReceived == before)
    }
  }

  @Test("does not answer a write before its commit, nor when the commit fails")
  func deferredConstraint() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write(
        "CREATE TABLE t (a bigint CONSTRAINT t_once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
      let first = await database.failure(writing: "INSERT INTO t VALUES (1)")
      let second = await database.failure(writing: "INSERT INTO t VALUES (1)")
      #expect(first == nil)
      #expect(second?.serverError?.state == .uniqueViolation && second?.constraint == "t_once")
      let rows = try await database.read("SELECT count(*) FROM t")
      #expect(try rows[0].int(0) == 1)
    }
  }
}
