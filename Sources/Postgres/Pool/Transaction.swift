/// A transaction; created by `Database.transaction`.
package final class Transaction {
  let connection: Connection
  let database: Database
  private var state: TransactionState
  /// The statement that is sent with COMMIT.
  private var last: SQL?

  init(on connection: Connection, of database: Database, isDryRun: Bool) {
    self.connection = connection
    self.database = database
    state = TransactionState(settings: connection.transactionSettings, isDryRun: isDryRun)
  }

  /// Runs a statement. After a failure no further statement is sent: the server would refuse it,
  /// and the first failure is the one to report.
  package func run(_ sql: SQL) async throws(PostgresError) -> Rows {
    let request = Request(sql, .step)
    let openingStatements = try state.openingStatements()
    do throws(PostgresError) {
      return try await request.answer { connection.submit($0, opening: openingStatements) }
    } catch {
      state.failed(error)
      throw error
    }
  }

  /// Runs a statement when the transaction ends, in the same packet as COMMIT, so that locks are
  /// held for one round trip less. The transaction is committed only if the statement succeeds.
  package func runLast(_ sql: SQL) async throws(PostgresError) {
    if state.maySendLast { last = sql } else { _ = try await run(sql) }
  }

  /// Runs `body` after a savepoint, and rolls back to it when `body` throws; then the transaction
  /// can continue.
  ///
  /// After a conflict with another transaction there is no rollback to the savepoint: the whole
  /// transaction has to be repeated.
  func withSavepoint<Value, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    state.beginPart()
    do throws(Failure) {
      let value = try await body()
      state.endPart()
      return value
    } catch {
      // If this fails as well, `run` records it, and the transaction has failed.
      if let rollback = state.rollBackPart() { _ = try? await run(rollback) }
      throw error
    }
  }

  var isOver: Bool { state.isOver }

  /// Whether its commit tells a position in the log, behind all that it has seen.
  package var tellsPosition: Bool { database.replicas != nil }

  /// Ends the transaction; returns why it was not committed, or nil.
  func end(committing: Bool) async -> PostgresError? {
    switch state.end(committing: committing) {
    case .nothing: break
    case .commit: await commit()
    case .rollback: await rollBack()
    }
    return state.failure
  }

  private func commit() async {
    let request = Request("COMMIT", .commit)
    request.wantsPosition = tellsPosition
    let last = last.map { Request($0, .step) }
    do throws(PostgresError) {
      let rows = try await request.answer { request in
        if let last {
          connection.submit(last, thenCommit: request)
        } else {
          connection.submit(request)
        }
      }
      state.committed(command: rows.command)
      await database.replicas?.noteCommit(at: request.positionBehind())
    } catch {
      let reason = error.isOutcomeUnknown ? nil : last?.earlyFailure
      state.failed(reason ?? error)
      // COMMIT was skipped, so the transaction is still open.
      if reason != nil { await rollBack() }
    }
  }

  private func rollBack() async {
    // If there is no answer, the server rolls back by itself.
    _ = try? await Request("ROLLBACK", .step).answer { connection.submit($0) }
  }
}

/// The state machine of a transaction, as a value.
struct TransactionState {
  private enum Phase {
    /// Nothing has been sent. Can become open or over.
    case fresh
    /// BEGIN has been sent. Can become over.
    case open
    case over
  }

  enum Ending: Equatable { case nothing, commit, rollback }

  /// The statements that are sent after BEGIN.
  private let settings: [SQL]
  /// Whether it is never committed.
  private let isDryRun: Bool
  private var phase = Phase.fresh
  /// The nested parts, the outermost first: whether the savepoint of each has been sent, which
  /// happens with its first statement.
  private var parts: [Bool] = []
  /// The first failure of a statement, or of the commit.
  private(set) var failure: PostgresError?

  /// Functions of the database that would leave something behind even after a rollback look at the
  /// setting of a dry run.
  init(settings: SQL? = nil, isDryRun: Bool = false) {
    let dryRun: SQL? = isDryRun ? "SET LOCAL waybill.dry_run = 'on'" : nil
    self.settings = [settings, dryRun].compactMap(\.self)
    self.isDryRun = isDryRun
  }

  var isOver: Bool { phase == .over }

  /// Whether the next statement may be sent with COMMIT: BEGIN has been sent, and nothing is to be
  /// rolled back before the end.
  var maySendLast: Bool { phase == .open && parts.isEmpty && failure == nil }

  /// The statements that must be sent before the next one.
  mutating func openingStatements() throws(PostgresError) -> [SQL] {
    if let failure { throw failure }
    guard phase != .over else {
      throw .connectionLost(.noEffect, reason: "the transaction is over")
    }
    var openingStatements = phase == .fresh ? ["BEGIN"] + settings : []
    phase = .open
    for level in parts.indices where !parts[level] {
      parts[level] = true
      openingStatements.append(Savepoint.begin[level])
    }
    return openingStatements
  }

  mutating func failed(_ error: PostgresError) { if failure == nil { failure = error } }

  /// Begins a part that can be rolled back.
  mutating func beginPart() {
    precondition(
      parts.count < Savepoint.begin.count, "parts of a transaction are nested too deeply")
    parts.append(false)
  }

  /// Ends the innermost part.
  mutating func endPart() { parts.removeLast() }

  /// Ends the innermost part; returns the statement that rolls it back, if it has had an effect.
  mutating func rollBackPart() -> SQL? {
    guard parts.removeLast() else { return nil }
    if let failure {
      guard failure.isUndone else { return nil }
      self.failure = nil
    }
    return Savepoint.rollBack[parts.count]
  }

  /// The body has returned or thrown.
  mutating func end(committing: Bool) -> Ending {
    defer { phase = .over }
    switch (phase, failure) {
    case (.fresh, _), (.over, _), (_, .connectionLost), (_, .timeout): return .nothing
    case (.open, nil): return committing && !isDryRun ? .commit : .rollback
    case (.open, _): return .rollback
    }
  }

  /// The server has answered COMMIT; its answer is ROLLBACK when the transaction had failed.
  mutating func committed(command: String) {
    if command != "COMMIT" { failed(.connectionLost(.noEffect, reason: "rolled back: \(command)")) }
  }
}

/// The statements of nested parts. A new savepoint of the same name hides the earlier one.
private enum Savepoint {
  static let begin: [SQL] = ["SAVEPOINT first", "SAVEPOINT second", "SAVEPOINT third"]
  static let rollBack: [SQL] = [
    "ROLLBACK TO SAVEPOINT first", "ROLLBACK TO SAVEPOINT second", "ROLLBACK TO SAVEPOINT third",
  ]
}

extension PostgresError {
  /// Whether the transaction can continue after a rollback to the savepoint.
  fileprivate var isUndone: Bool {
    guard case .server(let error) = self else { return false }
    return !isRetryable && !error.isStaleStatement
  }
}
