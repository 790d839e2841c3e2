/// Statements that take effect together or not at all; made by `Database.transaction`.
public final class Transaction {
  let connection: Connection
  private var state = TransactionState()

  init(on connection: Connection) { self.connection = connection }

  /// Runs a statement. After one that failed no further statement is sent: the server would refuse
  /// it, and the first failure is the one to tell.
  public func run(_ sql: SQL) async throws(PostgresError) -> Rows {
    let request = Request(sql, .step)
    let isFirst = try state.willRun()
    do throws(PostgresError) {
      return try await request.answer { connection.submit($0, opening: isFirst ? "BEGIN" : nil) }
    } catch {
      state.failed(error)
      throw error
    }
  }

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

  private var phase = Phase.fresh
  /// The first failure of a statement, or of the commit.
  private(set) var failure: PostgresError?

  /// A statement is about to be sent: whether BEGIN must go before it.
  mutating func willRun() throws(PostgresError) -> Bool {
    if let failure { throw failure }
    switch phase {
    case .fresh:
      phase = .open
      return true
    case .open: return false
    case .over: throw .connectionLost(.noEffect, reason: "the transaction is over")
    }
  }

  mutating func failed(_ error: PostgresError) { if failure == nil { failure = error } }

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
