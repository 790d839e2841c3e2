/// Statements that take effect together or not at all; made by `Database.transaction`.
package final class Transaction {
  let connection: Connection
  let database: Database
  private var state: TransactionState

  init(on connection: Connection, of database: Database) {
    self.connection = connection
    self.database = database
    state = TransactionState(settings: connection.transactionSettings)
  }

  /// Runs a statement. After one that failed no further statement is sent: the server would refuse
  /// it, and the first failure is the one to tell.
  package func run(_ sql: SQL) async throws(PostgresError) -> Rows {
    let request = Request(sql, .step)
    let openings = try state.willRun()
    do throws(PostgresError) {
      return try await request.answer { connection.submit($0, opening: openings) }
    } catch {
      state.failed(error)
      throw error
    }
  }

  /// Runs `body`, and undoes what it did here when it throws; the transaction can go on.
  ///
  /// A lost race is not undone: who lost it has to begin again from the start.
  func undoing<Value, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    state.enter()
    do throws(Failure) {
      let value = try await body()
      state.leave()
      return value
    } catch {
      // When this fails, too, the transaction has failed, and knows it.
      if let undo = state.leaveUndoing() { _ = try? await run(undo) }
      throw error
    }
  }

  var isOver: Bool { state.isOver }

  /// Ends the transaction; what kept it from being committed, or nil.
  func end(committing: Bool) async -> PostgresError? {
    switch state.end(committing: committing) {
    case .nothing: break
    case .commit:
      do throws(PostgresError) {
        let rows = try await Request("COMMIT", .commit).answer { connection.submit($0) }
        state.committed(command: rows.command)
      } catch {
        state.failed(error)
      }
    case .rollback:
      // Without an answer the server has rolled back by itself.
      _ = try? await Request("ROLLBACK", .step).answer { connection.submit($0) }
    }
    return state.failure
  }
}

/// Where a transaction stands, as a value.
struct TransactionState {
  private enum Phase {
    /// Nothing has been sent. Can become open or over.
    case fresh
    /// BEGIN has been sent. Can become over.
    case open
    case over
  }

  enum Ending: Equatable { case nothing, commit, rollback }

  /// What goes behind BEGIN.
  private let settings: SQL?
  private var phase = Phase.fresh
  /// The parts under way that can be undone, the outermost first: whether the server has been told
  /// of each, which it is with its first statement.
  private var parts: [Bool] = []
  /// The first failure of a statement, or of the commit.
  private(set) var failure: PostgresError?

  init(settings: SQL? = nil) { self.settings = settings }

  var isOver: Bool { phase == .over }

  /// A statement is about to be sent: what must go before it.
  mutating func willRun() throws(PostgresError) -> [SQL] {
    if let failure { throw failure }
    guard phase != .over else {
      throw .connectionLost(.noEffect, reason: "the transaction is over")
    }
    var openings = phase == .fresh ? ["BEGIN", settings].compactMap { $0 } : []
    phase = .open
    for level in parts.indices where !parts[level] {
      parts[level] = true
      openings.append(Savepoint.takes[level])
    }
    return openings
  }

  mutating func failed(_ error: PostgresError) { if failure == nil { failure = error } }

  /// A part begins that can be undone.
  mutating func enter() {
    precondition(parts.count < Savepoint.takes.count, "a transaction has that many parts in parts")
    parts.append(false)
  }

  /// The innermost part is done.
  mutating func leave() { parts.removeLast() }

  /// The innermost part is to be undone: by which statement, if there is anything to undo.
  mutating func leaveUndoing() -> SQL? {
    guard parts.removeLast() else { return nil }
    if let failure {
      guard failure.isUndone else { return nil }
      self.failure = nil
    }
    return Savepoint.returns[parts.count]
  }

  /// The body is done, well or not.
  mutating func end(committing: Bool) -> Ending {
    defer { phase = .over }
    switch (phase, failure) {
    case (.fresh, _), (.over, _), (_, .connectionLost), (_, .timeout): return .nothing
    case (.open, nil): return committing ? .commit : .rollback
    case (.open, _): return .rollback
    }
  }

  /// The server has answered COMMIT: it says ROLLBACK when the transaction had failed.
  mutating func committed(command: String) {
    if command != "COMMIT" { failed(.connectionLost(.noEffect, reason: "rolled back: \(command)")) }
  }
}

/// The statements of parts in parts. One of the same name hides the one before until it is gone.
private enum Savepoint {
  static let takes: [SQL] = ["SAVEPOINT first", "SAVEPOINT second", "SAVEPOINT third"]
  static let returns: [SQL] = [
    "ROLLBACK TO SAVEPOINT first", "ROLLBACK TO SAVEPOINT second", "ROLLBACK TO SAVEPOINT third",
  ]
}

extension PostgresError {
  /// Whether going back to before the statement leaves nothing of this failure.
  fileprivate var isUndone: Bool {
    guard case .server(let error) = self else { return false }
    return !isRetryable && !error.isStaleStatement
  }
}
