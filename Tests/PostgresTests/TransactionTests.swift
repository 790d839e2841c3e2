import EventLoop
import Telemetry
import TestSupport
import Testing

@testable import Postgres

@Suite("A transaction")
struct TransactionTests {
  private struct Refused: PostgresFailure {
    var cause: PostgresError?
    init(_ error: PostgresError) { cause = error }
    init() {}
  }

  @Test("keeps all of its effects, or none")
  func allOrNothing() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      let answer = try await database.transaction { tx async throws(PostgresError) in
        _ = try await tx.run("INSERT INTO t VALUES (1)")
        _ = try await tx.run("INSERT INTO t VALUES (2)")
        return try await tx.run("SELECT count(*) FROM t")[0].int(0)
      }
      #expect(answer == 2)

      await #expect(throws: Refused.self) {
        try await database.transaction { tx async throws(Refused) in
          do throws(PostgresError) {
            _ = try await tx.run("INSERT INTO t VALUES (3)")
          } catch {
            throw Refused(error)
          }
          throw Refused()
        }
      }
      let rows = try await database.read("SELECT count(*) FROM t")
      #expect(try rows[0].int(0) == 2)
    }
  }

  @Test(
    "is not committed when the statement that is sent with its commit fails",
    arguments: ["a", "b", "a\0"])
  func failingLast(value: String) async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a text PRIMARY KEY)")
      for isFirst in [true, false] {
        let error = await database.failureOfTransaction { tx async throws(PostgresError) in
          _ = try await tx.run("INSERT INTO t VALUES (\(isFirst ? "a" : "c"))")
          try await tx.runLast("INSERT INTO t VALUES (\(isFirst ? "z" : value))")
        }
        guard !isFirst, value != "b" else {
          #expect(error == nil)
          continue
        }
        switch error {
        case .server(let error): #expect(value == "a" && error.state == .uniqueViolation)
        case .parameter: #expect(value == "a\0", "it was not sent at all")
        default: Issue.record("\(String(reflecting: error))")
        }
      }
      let rows = try await database.read("SELECT string_agg(a, '' ORDER BY a) FROM t")
      #expect(try rows[0].text(0) == (value == "b" ? "abcz" : "az"))
    }
  }

  @Test("runs its last statement at once within a part, which may still be rolled back")
  func lastOfPart() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      try await database.transaction { tx async throws(PostgresError) in
        _ = try await tx.run("INSERT INTO t VALUES (1)")
        do {
          try await tx.withSavepoint {
            try await tx.runLast("INSERT INTO t VALUES (2)")
            throw Refused()
          }
        } catch {}
        try await tx.runLast("INSERT INTO t VALUES (3)")
      }
      let rows = try await database.read("SELECT sum(a) FROM t")
      #expect(try rows[0].int(0) == 4)
    }
  }

  @Test("never reports success when a statement failed, even if its body does")
  func swallowed() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint PRIMARY KEY)")
      let error = await database.failureOfTransaction { tx async throws(PostgresError) in
        _ = try await tx.run("INSERT INTO t VALUES (1)")
        _ = try? await tx.run("INSERT INTO t VALUES (1)")
        _ = try? await tx.run("INSERT INTO t VALUES (2)")
      }
      #expect(error?.serverError?.state == .uniqueViolation && error?.constraint == "t_pkey")
      #expect(error?.isOutcomeUnknown == false)
      let rows = try await database.read("SELECT count(*) FROM t")
      #expect(try rows[0].int(0) == 0)
    }
  }

  @Test(
    "runs once more after a conflict, and both transactions succeed", arguments: ["40001", "40P01"])
  func retried(state: String) async throws {
    var settings = PostgresSettings()
    settings.lockTimeout = .seconds(20)
    settings.statementTimeout = .seconds(20)
    try await withDatabase(settings) { database, loop in
      _ = try await database.write("CREATE TABLE t (id bigint PRIMARY KEY, n bigint)")
      _ = try await database.write("INSERT INTO t VALUES (0, 0), (1, 0)")
      let meeting = Meeting(on: loop)
      let errors = await together(2, on: loop) { index in
        let runs = Runs()
        defer { meeting.left += 1 }
        return await database.failureOfTransaction { tx async throws(PostgresError) in
          runs.count += 1
          while runs.count > 1, meeting.left == 0 { await pause(.milliseconds(1), on: loop) }
          if state == "40001" {
            _ = try await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            _ = try await tx.run("SELECT sum(n) FROM t")
            await meeting.arrive()
            _ = try await tx.run("UPDATE t SET n = n + 1")
          } else {
            _ = try await tx.run("UPDATE t SET n = n + 1 WHERE id = \(index)")
            await meeting.arrive()
            _ = try await tx.run("UPDATE t SET n = n + 1 WHERE id = \(1 - index)")
          }
        }
      }
      #expect(errors.compactMap { $0.map { String(reflecting: $0) } } == [])
      #expect(database.metrics.transactionsRetried.value == 1)
      let rows = try await database.read("SELECT sum(n) FROM t")
      #expect(try rows[0].int(0) == 4)
    }
  }

  @Test("runs once more when its connection broke before the commit")
  func brokenBefore() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      let runs = Runs()
      try await database.transaction { tx async throws(PostgresError) in
        runs.count += 1
        _ = try await tx.run("INSERT INTO t VALUES (1)")
        if runs.count == 1 { _ = try await tx.run("SELECT pg_terminate_backend(pg_backend_pid())") }
      }
      #expect(runs.count == 2)
      let rows = try await database.read("SELECT count(*) FROM t")
      #expect(try rows[0].int(0) == 1)
    }
  }

  @Test("reports an unknown outcome when the answer to its commit is cut off, at any byte")
  func cutAnswer() async throws {
    try await withProxy { proxy, database in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      // CommandComplete of COMMIT takes 12 bytes, ReadyForQuery 6, BindComplete and NoData 10.
      for byte in 0..<28 {
        let error = await database.failureOfTransaction { tx async throws(PostgresError) in
          _ = try await tx.run("INSERT INTO t VALUES (\(byte))")
          _ = try await tx.run("SELECT 1")
          proxy.set(.cutAnswers(after: byte))
        }
        #expect(error?.isOutcomeUnknown == true, "byte \(byte): \(String(reflecting: error))")
        proxy.set(.none)
      }
      #expect(database.metrics.outcomesUnknown.value == 28)
    }
  }

  @Test("reports an unknown outcome when what is sent with its commit is cut off, at any byte")
  func cutLast() async throws {
    try await withProxy { proxy, database in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      for byte in 0..<60 {
        for arrives in [false, true] {
          let fault: Proxy.Fault = arrives ? .cutAnswers(after: byte) : .cutRequests(after: byte)
          let error = await database.failureOfTransaction { tx async throws(PostgresError) in
            _ = try await tx.run("SELECT 1")
            try await tx.runLast("INSERT INTO t VALUES (\(arrives ? 1 : 0))")
            proxy.set(fault)
          }
          #expect(error?.isOutcomeUnknown == true, "\(fault): \(String(reflecting: error))")
          proxy.set(.none)
        }
      }
      let rows = try await database.read("SELECT count(*) FROM t WHERE a = 0")
      #expect(try rows[0].int(0) == 0, "no COMMIT arrived")
    }
  }

  @Test("reports an unknown outcome when the commit itself is cut off, and nothing is committed")
  func cutCommit() async throws {
    try await withProxy { proxy, database in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      _ = try await database.transaction { tx async throws(PostgresError) in
        try await tx.run("SELECT 1")
      }
      for byte in 0..<20 {
        let error = await database.failureOfTransaction { tx async throws(PostgresError) in
          _ = try await tx.run("INSERT INTO t VALUES (\(byte))")
          proxy.set(.cutRequests(after: byte))
        }
        #expect(error?.isOutcomeUnknown == true, "byte \(byte): \(String(reflecting: error))")
        proxy.set(.none)
      }
      let rows = try await database.read("SELECT count(*) FROM t")
      #expect(try rows[0].int(0) == 0)
    }
  }

  @Test("ends by the server's timeouts when it waits for a lock or does nothing")
  func serverTimeouts() async throws {
    var settings = PostgresSettings()
    settings.lockTimeout = .milliseconds(50)
    settings.statementTimeout = .milliseconds(200)
    // Far longer than a busy machine takes to begin the statement that meets the lock.
    settings.idleInTransactionTimeout = .seconds(2)
    try await withDatabase(settings) { database, loop in
      _ = try await database.write("CREATE TABLE t (a bigint)")
      let slow = await database.failure(reading: "SELECT pg_sleep(10)")
      #expect(slow?.serverError?.state == .queryCanceled)
      #expect(slow?.isUnavailable == true)
      let idle = await database.failureOfTransaction { tx async throws(PostgresError) in
        _ = try await tx.run("LOCK TABLE t")
        let blocked = await database.failure(writing: "INSERT INTO t VALUES (1)")
        #expect(blocked?.serverError?.state == .lockNotAvailable)
        await pause(.milliseconds(2_500), on: loop)
        _ = try await tx.run("INSERT INTO t VALUES (2)")
      }
      #expect(idle?.isUnavailable == true)
      #expect(idle?.isOutcomeUnknown == false)
    }
  }
}

/// How often a body ran.
private final class Runs {
  var count = 0
}

/// Where two tasks wait for each other, once.
private final class Meeting {
  private let loop: EventLoop
  private var arrived = 0
  var left = 0

  init(on loop: EventLoop) { self.loop = loop }

  func arrive() async {
    arrived += 1
    while arrived < 2 { await pause(.milliseconds(1), on: loop) }
  }
}
