import EventLoop
import TestSupport
import Testing

@testable import Postgres

/// With the real program between us and the server. It ignores the options of a start.
@Suite("Behind a pooler")
struct PoolerTests {
  /// Why a connection by way of the pooler is refused; nil when it is not.
  private static func refusal(
    _ pooler: PgBouncer, preparing: Bool = true
  ) async throws -> ServerRefusal? {
    try await pooler.ready()
    let target = try ConnectionString(pooler.connectionString)
    return try await onLoop { loop in
      var settings = PostgresSettings.patient
      settings.preparesStatements = preparing
      (settings.readConnections, settings.writeConnections) = (1, 0)
      let database = Database(target, settings: settings, on: loop)
      let error = await database.failure(reading: "SELECT 1")
      await database.close()
      guard let error else { return nil }
      guard case .refused(let refusal, _) = error else { throw DetailedError(error) }
      return refusal
    }
  }

  @Test("in session mode everything works as without a pooler")
  func sessionMode() async throws {
    let pooler = try PgBouncer(before: try TestCluster.shared.makeDatabase(), mode: "session")
    #expect(try await Self.refusal(pooler) == nil)
    let target = try ConnectionString(pooler.connectionString)
    try await onLoop { loop in
      let database = Database(target, on: loop)
      let row = try await database.read(
        """
        SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode'),
               current_setting('timezone')
        """)[0]
      let values = try (0..<3).map { column throws(PostgresError) in try row.text(column) }
      #expect(values == ["2s", "force_generic_plan", "UTC"])
      let errors = await together(100, on: loop) { index in
        index.isMultiple(of: 2)
          ? await database.failure(reading: "SELECT \(index)")
          : await database.failureOfTransaction { transaction throws(PostgresError) in
            _ = try await transaction.run("SELECT \(index)")
          }
      }
      #expect(errors.compactMap { $0.map { String(reflecting: $0) } } == [])
      await database.close()
    }
  }

  @Test("in session mode no connection has to be free for the second check")
  func fullSessionMode() async throws {
    let pooler = try PgBouncer(
      before: try TestCluster.shared.makeDatabase(), mode: "session", poolSize: 1)
    let target = try ConnectionString(pooler.connectionString)
    try await pooler.ready()
    try await onLoop { loop in
      var settings = PostgresSettings()
      settings.waitTimeout = .seconds(60)
      (settings.readConnections, settings.writeConnections) = (1, 0)
      let database = Database(target, settings: settings, on: loop)
      let one = try await database.read("SELECT \(1)")[0].int(0)
      #expect(one == 1)
      await database.close()
    }
  }

  @Test(
    "in transaction mode prepared statements are refused, whatever its pool and its order",
    arguments: [1, 3], [0, 1])
  func transactionMode(poolSize: Int, roundRobin: Int) async throws {
    let pooler = try PgBouncer(
      before: try TestCluster.shared.makeDatabase(), mode: "transaction", poolSize: poolSize,
      settings: ["server_round_robin = \(roundRobin)"])
    // Connections that are there already show whether they are lent in turn.
    let target = try ConnectionString(pooler.connectionString)
    try await pooler.ready()
    try await onLoop { loop in
      var settings = PostgresSettings.patient
      settings.preparesStatements = false
      let database = Database(target, settings: settings, on: loop)
      _ = await together(3, on: loop) { _ in
        await database.failureOfTransaction { transaction throws(PostgresError) in
          _ = try await transaction.run("SELECT pg_sleep(0.05)")
        }
      }
      await database.close()
    }

    let refusal = try await Self.refusal(pooler)

    #expect(refusal == .sharedBetweenTransactions)
    #expect(refusal?.meaning.contains("WAYBILL_PREPARED_STATEMENTS=off") == true)
  }

  @Test("in statement mode every connection is refused", arguments: [true, false])
  func statementMode(preparing: Bool) async throws {
    let pooler = try PgBouncer(before: try TestCluster.shared.makeDatabase(), mode: "statement")
    let refusal = try await Self.refusal(pooler, preparing: preparing)
    #expect(refusal == (preparing ? .sharedBetweenTransactions : .sharedBetweenStatements))
  }

  @Test("in transaction mode each transaction without prepared statements has our settings")
  func withoutPreparedStatements() async throws {
    let pooler = try PgBouncer(
      before: try TestCluster.shared.makeDatabase(), mode: "transaction", poolSize: 2)
    let target = try ConnectionString(pooler.connectionString)
    try await pooler.ready()
    try await onLoop { loop in
      var settings = PostgresSettings.patient
      settings.preparesStatements = false
      settings.statementTimeout = .seconds(17)
      let database = Database(target, settings: settings, on: loop)
      let shown: SQL = "SELECT current_setting('statement_timeout')"
      // Reads that share a transaction, writes, and transactions of several statements.
      let wrong = await together(60, on: loop) { index in
        do throws(PostgresError) {
          let rows: Rows
          switch index % 3 {
          case 0: rows = try await database.read(shown)
          case 1: rows = try await database.write(shown)
          default:
            rows = try await database.transaction { transaction throws(PostgresError) in
              _ = try await transaction.run("SELECT pg_sleep(0.001)")
              return try await transaction.run(shown)
            }
          }
          let value = try rows[0].text(0)
          return value == "17s" ? nil : value
        } catch {
          return String(reflecting: error)
        }
      }
      #expect(wrong.compactMap { $0 } == [])
      let slow = await database.failure(
        reading: "SELECT pg_sleep(40)")
      #expect(slow?.isTimeout == true, "the time-out holds: \(String(reflecting: slow))")
      await database.close()

      // Others who are lent the same connections find nothing of ours.
      var plain = settings
      plain.preparesStatements = false
      let session = SessionSettings(preferred: [], for: target, scope: .transaction)
      let connector = Connector(target, settings: plain, session: session, on: loop)
      let other = Session(try await connector.connect(), on: loop)
      let left = try await other.rows(shown)[0].text(0)
      #expect(left == "0")
      other.close()
    }
  }

  @Test("a statement that the server no longer knows fails once, and works later")
  func lostStatements() async throws {
    let pooler = try PgBouncer(before: try TestCluster.shared.makeDatabase(), mode: "session")
    let target = try ConnectionString(pooler.connectionString)
    try await pooler.ready()
    try await onLoop { loop in
      var settings = PostgresSettings.patient
      (settings.readConnections, settings.writeConnections) = (0, 1)
      let database = Database(target, settings: settings, on: loop)
      let one: SQL = "SELECT \(1)"
      _ = try await database.write(one)
      _ = try await database.write("DEALLOCATE ALL")
      let error = await database.failure(writing: one)
      #expect(error?.isUnavailable == true && error?.isOutcomeUnknown == false)
      try await eventually("it is done") { await database.failure(writing: one) == nil }
      await database.close()
    }
  }
}
