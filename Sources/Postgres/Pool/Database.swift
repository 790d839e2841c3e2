package import EventLoop
import Telemetry

/// One loop's access to the database.
///
/// Reads share a few pipelined connections. Each write is a transaction of its own, on the write
/// connection with the fewest requests. A transaction has a connection to itself. To be used only
/// on its loop.
package final class Database {
  package let metrics: PostgresMetrics
  package let loop: EventLoop
  private let pool: ConnectionPool
  /// The connections to the replicas, if there are any.
  let replicas: LoopReplicas?
  private let transactionAttempts: Int

  /// Starts to connect; to be called on `loop`. It exists until it is closed.
  package init(
    _ target: ConnectionString, settings: PostgresSettings = PostgresSettings(),
    metrics: PostgresMetrics = PostgresMetrics(), replicas: Replicas? = nil, on loop: EventLoop
  ) {
    self.loop = loop
    self.metrics = metrics
    self.replicas = replicas.map { LoopReplicas($0, settings: settings, on: loop) }
    transactionAttempts = settings.transactionAttempts
    pool = ConnectionPool(target, settings: settings, metrics: metrics, on: loop)
  }

  /// Why the last attempt to connect failed, for the log and the readiness probe.
  package var lastConnectFailure: PostgresError? { pool.lastConnectFailure }

  /// Takes no more requests, waits for those that were sent, and closes the connections.
  package func close() async {
    await replicas?.close()
    await pool.close()
  }

  /// Runs a statement that only reads. It shares its transaction with reads that come at the same
  /// moment, and is sent again, once, when its connection breaks.
  package func read(_ sql: SQL) async throws(PostgresError) -> Rows {
    if let surrounding { return try await surrounding.run(sql) }
    try UnitOfWork.checkRead()
    guard let replicas, let request = UnitOfWork.request else {
      return try await run(Request(sql, .read))
    }
    if request.allowsCopies, let rows = await replicas.read(sql, in: request) { return rows }
    await request.settle()
    do throws(PostgresError) {
      let rows = try await run(Request(sql, .read))
      request.sawPrimary()
      return rows
    } catch {
      request.sawPrimary(failingWith: error)
      throw error
    }
  }

  /// Runs a statement that only reads and has to be answered also while the primary is away. A
  /// replica stands in for it then, if its answer `suffices`; returns whether one did.
  package func read(
    _ sql: SQL, ofStandInIf suffices: (Rows) -> Bool
  ) async throws(PostgresError) -> (rows: Rows, isOfStandIn: Bool) {
    let first = await replicas?.readOfStandIn(sql)
    if let first, suffices(first) { return (first, true) }
    do throws(PostgresError) {
      return (try await read(sql), false)
    } catch {
      guard first == nil, let rows = await replicas?.readOfStandIn(sql), suffices(rows) else {
        throw error
      }
      return (rows, true)
    }
  }

  /// Runs one statement as a transaction of its own; the answer comes when it has been committed.
  package func write(_ sql: SQL) async throws(PostgresError) -> Rows {
    if let surrounding { return try await surrounding.run(sql) }
    if let share = UnitOfWork.share { throw share.refuse() }
    let request = Request(sql, .write)
    guard let replicas else { return try await run(request) }
    request.wantsPosition = true
    let rows = try await run(request)
    replicas.noteCommit(at: await request.positionBehind())
    return rows
  }

  /// Throws when a write would fail, because no connection for writes is available or the server is
  /// read-only. Writes nothing.
  package func checkWrites() async throws(PostgresError) {
    let request = Request(
      """
      SELECT pg_catalog.pg_is_in_recovery()
             OR pg_catalog.current_setting('transaction_read_only')::boolean
      """, .write)
    guard try await run(request)[0].bool(0) else { return }
    if let slot = request.slot { pool.retire(slot) }
    throw .refused(.readOnly, reason: "a standby, or set to read only")
  }

  /// The transaction of this database that the calling task is part of.
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
  /// When the transaction is in conflict with another one (serialization failure, deadlock) or its
  /// connection breaks before the commit, it is rolled back and `body` runs once more from its
  /// start. If the connection breaks during the commit, the outcome is not known, and the error
  /// says so: `isOutcomeUnknown`.
  ///
  /// In a task that is already part of a transaction, `body` runs in that one after a savepoint,
  /// and is rolled back to it when it throws.
  ///
  /// - Parameters:
  ///   - attempts: How often `body` is run at most; as the settings say if nil.
  ///   - isDryRun: Whether it is rolled back also when `body` returns.
  package func transaction<Value, Failure: PostgresFailure>(
    attempts: Int? = nil, isDryRun: Bool = false,
    _ body: (Transaction) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    if let surrounding {
      precondition(!isDryRun, "only a transaction of its own can be a dry run")
      return try await surrounding.withSavepoint { () throws(Failure) in try await body(surrounding)
      }
    }
    if let share = UnitOfWork.share { throw Failure(share.refuse()) }
    let attempts = attempts ?? transactionAttempts
    var attempt = 1
    while true {
      let transaction: Transaction
      do throws(PostgresError) {
        transaction = Transaction(on: try await pool.lease(), of: self, isDryRun: isDryRun)
      } catch {
        metrics.count(error)
        throw Failure(error)
      }
      metrics.transactions.add()
      let result = await outcome(of: body, in: transaction)
      let failure = await transaction.end(committing: result.isSuccess)
      pool.release(transaction.connection)
      // A commit tells the position of what was seen; without one the next sample must.
      if isDryRun || failure != nil || !result.isSuccess { UnitOfWork.request?.sawPrimary() }
      if let failure {
        metrics.count(failure)
        if attempt < attempts, failure.mayRetry {
          attempt += 1
          metrics.transactionsRetried.add()
          if failure.isRetryable { await pauseAfterConflict() }
          continue
        }
        if result.isSuccess { throw Failure(failure) }
      }
      return try result.get()
    }
  }

  /// A transaction that is repeated at once can take the lock that the other one is about to take,
  /// and fail in the same way again.
  private func pauseAfterConflict() async {
    let pause = Duration.milliseconds(Int.random(in: PostgresLimits.conflictPauseMilliseconds))
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
  /// Whether a transaction that failed with this was rolled back and may be repeated.
  fileprivate var mayRetry: Bool {
    switch self {
    case .server(let error): isRetryable || error.isStaleStatement
    case .connectionLost(.noEffect, _): true
    default: false
    }
  }
}
