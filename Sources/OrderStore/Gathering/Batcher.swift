import EventLoop
import Postgres

/// A kind of write that the database does many of by one statement.
protocol BatchedWrite {
  /// What became of one write.
  associatedtype Outcome: Sendable

  /// How large a batch gets, and how many there are.
  static var limits: BatchLimits { get }
  /// How much this write counts against `BatchLimits.weightMax`.
  var weight: Int { get }
  /// One statement that does all these writes, and answers a row for each, in their order.
  static func statement(_ writes: [Self]) -> SQL
  /// Whether a write with this outcome changed something.
  static func hasEffect(_ outcome: Outcome) -> Bool
  /// What this write's row says of it. A refusal is an outcome; an error fails the whole batch.
  func outcome(_ row: Row) throws(PostgresError) -> Outcome
}

extension BatchedWrite {
  /// The limits for small writes.
  static var limits: BatchLimits { .standard }
  /// Each write counts the same.
  var weight: Int { 1 }
  /// A write that cannot tell is taken for one that changed something.
  static func hasEffect(_ outcome: Outcome) -> Bool { true }
}

extension BatchedWrite {
  /// What became of writes, from the rows that their statement returned.
  static func outcomes(of writes: [Self], _ rows: Rows) throws(PostgresError) -> [Outcome] {
    guard rows.count == writes.count else {
      throw rows.undecodable(0, expected: "a row for each of \(writes.count) writes")
    }
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(writes.count)
    for (row, write) in zip(rows, writes) { outcomes.append(try write.outcome(row)) }
    return outcomes
  }
}

/// Does by one statement, and with one commit, the writes of a kind that wait at the same moment.
///
/// A write that comes alone is sent at the end of the loop's turn, without any artificial wait.
/// Writes that come while a statement is under way are sent together when it has been committed.
final class Batcher<Write: BatchedWrite> {
  private struct Entry {
    let write: Write
    let waiter: UnsafeContinuation<Result<Write.Outcome, PostgresError>, Never>
  }

  private let database: Database
  private var state = BatcherState<Entry>(Write.limits)

  /// Writes to this database.
  init(_ database: Database) { self.database = database }

  /// Does a write with the next batch, and answers when that has been committed. An error is the
  /// error of its batch, or its own if it was tried again alone.
  ///
  /// In a transaction a write is sent alone, as other writes are not committed with it.
  func submit(_ write: Write) async throws(PostgresError) -> Write.Outcome {
    if UnitOfWork.isOpen { return try await run([write])[0] }
    if let share = UnitOfWork.share {
      guard let request = share.owner as? AnswerShare else { throw share.refuse() }
      return try await request.submit(write)
    }
    return try await withUnsafeContinuation { continuation in
      let entry = Entry(write: write, waiter: continuation)
      switch state.join(entry, weight: write.weight) {
      case .startAtEndOfTurn: database.loop.atEndOfTurn { self.startBatches() }
      case .wait: break
      case .refuse: continuation.resume(returning: .failure(.queueFull))
      }
    }.get()
  }

  private func startBatches() {
    while let batch = state.start() { database.loop.spawn { await self.run(batch) } }
  }

  private func run(_ batch: [Entry]) async {
    if let error = await attempt(batch) {
      if error.deservesAnotherRun(of: batch.count) {
        // One of the writes may be the cause. Tried alone, it fails alone.
        for entry in batch {
          if let error = await attempt([entry]) { finish([entry], error) }
        }
      } else {
        finish(batch, error)
      }
    }
    state.finished()
    startBatches()
  }

  /// Answers the waiters with their outcomes, or returns why the statement failed.
  private func attempt(_ batch: [Entry]) async -> PostgresError? {
    do throws(PostgresError) {
      let outcomes = try await run(batch.map(\.write))
      for (entry, outcome) in zip(batch, outcomes) {
        entry.waiter.resume(returning: .success(outcome))
      }
      return nil
    } catch {
      return error
    }
  }

  private func run(_ writes: [Write]) async throws(PostgresError) -> [Write.Outcome] {
    try Write.outcomes(of: writes, try await database.write(Write.statement(writes)))
  }

  private func finish(_ batch: [Entry], _ error: PostgresError) {
    for entry in batch { entry.waiter.resume(returning: .failure(error)) }
  }
}

extension PostgresError {
  /// Whether a statement for so many writes certainly had no effect, and might have one when it is
  /// sent again for each of them alone.
  fileprivate func deservesAnotherRun(of count: Int) -> Bool {
    switch self {
    case .server: !isUnavailable && !isOutcomeUnknown && (count > 1 || isRetryable)
    case .parameter: count > 1
    default: false
    }
  }
}
