package import EventLoop
import Telemetry

/// The database as one loop sees it: what repositories and use cases ask.
///
/// Reads share a few pipelined connections. Each write goes, alone with its commit, to the write
/// connection that has the least to do. A transaction has a connection to itself. A database lives
/// on its loop and is used only from there.
package final class Database {
  /// What this loop's connections do; any thread may read it.
  package let metrics: PostgresMetrics
  /// The loop it lives on.
  package let loop: EventLoop
  private let pool: ConnectionPool
  private let transactionAttempts: Int

  /// Starts to connect, and lives until it is closed; the caller is on `loop`.
  package init(
    _ target: ConnectionString, settings: PostgresSettings = PostgresSettings(),
    metrics: PostgresMetrics = PostgresMetrics(), on loop: EventLoop
  ) {
    self.loop = loop
    self.metrics = metrics
    transactionAttempts = settings.transactionAttempts
    pool = ConnectionPool(target, settings: settings, metrics: metrics, on: loop)
  }

  /// Whether any connection stands; the answer for a readiness probe, without a round trip.
  package var isReachable: Bool { pool.isReachable }

  /// Why the last attempt to connect failed; for the log and for a readiness probe's operator.
  package var lastConnectFailure: PostgresError? { pool.lastConnectFailure }

  /// Takes no more requests, waits for those that were sent, and closes the connections.
  package func close() async { await pool.close() }

  /// Runs a statement that only reads. It shares its transaction with reads that come at the same
  /// moment, and is sent again, once, when its connection breaks.
  package func read(_ sql: SQL) async throws(PostgresError) -> Rows {
    if let surrounding { return try await surrounding.run(sql) }
    return try await run(Request(sql, .read))
  }

  /// Runs one statement as a transaction of its own; the answer comes when it has been committed.
  package func write(_ sql: SQL) async throws(PostgresError) -> Rows {
    if let surrounding { return try await surrounding.run(sql) }
    return try await run(Request(sql, .write))
  }

  /// Fails when a write would fail: because no connection for writes can be had, or because the
  /// server takes none. Changes nothing.
  package func checkWrites() async throws(PostgresError) {
    let request = Request(
      """
      SELECT pg_catalog.pg_is_in_recovery()
             OR pg_catalog.current_setting('transaction_read_only')::boolean
      """, .write)
    guard try await run(request)[0].bool(0) else { return }
    if let slot = request.slot { pool.retire(slot) }
    throw .refused(.takesNoWrites, reason: "a standby, or set to read only")
  }

  /// The transaction that the calling task is part of, if it is one of this database.
  private var surrounding: Transaction? {
    guard let transaction = UnitOfWork.transaction, transaction.database === self else {
      return nil
    }
    return transaction
  }

  private func run(_ request: Request) async throws(PostgresError) -> Rows {
    do throws(PostgresError) {
      return try await request.answer { pool.submit($0) }
    } catch {
      metrics.count(error)
      throw error
    }
  }
}

// MARK: - Transactions

extension Database {
  /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
  ///
  /// When the transaction loses a race (serialization failure, deadlock) or its connection breaks
  /// before the commit, nothing of it remains and `body` runs once more from its start. A
  /// connection that breaks during the commit leaves the outcome unknown, which is an error of its
  /// own: `isOutcomeUnknown`.
  ///
  /// In a task that is part of a transaction already, `body` becomes a part of that one, and only
  /// what it did is undone when it throws.
  package func transaction<Value, Failure: PostgresFailure>(
    _ body: (Transaction) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    if let surrounding {
      return try await surrounding.undoing { () throws(Failure) in try await body(surrounding) }
    }
    var attempt = 1
    while true {
      let transaction: Transaction
      do throws(PostgresError) {
        transaction = Transaction(on: try await pool.lease(), of: self)
      } catch {
        metrics.count(error)
        throw Failure(error)
      }
      metrics.transactions.add()
      let result = await outcome(of: body, in: transaction)
      let failure = await transaction.end(committing: result.isSuccess)
      pool.release(transaction.connection)
      if let failure {
        metrics.count(failure)
        if attempt < transactionAttempts, failure.allowsAnotherRun {
          attempt += 1
          metrics.transactionsRetried.add()
          if failure.isRetryable { await pauseAfterRace() }
          continue
        }
        if result.isSuccess { throw Failure(failure) }
      }
      return try result.get()
    }
  }

  /// A transaction that is repeated at once can take the lock that the winner of the race is about
  /// to take, and fail in the same way again.
  private func pauseAfterRace() async {
    let pause = Duration.milliseconds(Int.random(in: PostgresLimits.racePauseMilliseconds))
    await loop.pause(for: pause)
  }

  private func outcome<Value, Failure: PostgresFailure>(
    of body: (Transaction) async throws(Failure) -> Value, in transaction: Transaction
  ) async -> Result<Value, Failure> {
    do throws(Failure) {
      return .success(try await body(transaction))
    } catch {
      return .failure(error)
    }
  }
}

extension Result {
  fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}

extension PostgresError {
  /// Whether a transaction that failed with this left nothing behind and deserves another run.
  fileprivate var allowsAnotherRun: Bool {
    switch self {
    case .server(let error): isRetryable || error.isStaleStatement
    case .connectionLost(.noEffect, _): true
    default: false
    }
  }
}
