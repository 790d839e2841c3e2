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
  /// The rows that this write locks.
  var rows: [RowToLock] { get }
  /// One statement that does all these writes. `lockWait` is how many milliseconds it waits for a
  /// lock; nil keeps the limit of the session. With a `lockWait` it may also lock rows late, and
  /// fail with `serializationFailure` when they have changed.
  static func statement(_ writes: [Self], lockWait: Int?) -> SQL
  /// Whether a write with this outcome changed something.
  static func hasEffect(_ outcome: Outcome) -> Bool
  /// What became of writes, from the rows that their statement returned. A refusal is an outcome;
  /// an error fails the whole batch.
  static func outcomes(of writes: [Self], _ rows: Rows) throws(PostgresError) -> [Outcome]
}

/// A write for which the statement returns one row; the rows come in the order of the writes.
protocol RowWrite: BatchedWrite {
  /// Reads the outcome of this write from its row.
  func outcome(_ row: Row) throws(PostgresError) -> Outcome
}

extension BatchedWrite {
  /// The limits for small writes.
  static var limits: BatchLimits { .standard }
  /// No rows, for a write whose rows nobody else keeps locked.
  var rows: [RowToLock] { [] }
  /// Each write counts the same.
  var weight: Int { 1 }
  /// A write that cannot tell is taken for one that changed something.
  static func hasEffect(_ outcome: Outcome) -> Bool { true }
}

extension RowWrite {
  static func outcomes(of writes: [Self], _ rows: Rows) throws(PostgresError) -> [Outcome] {
    guard rows.count == writes.count else {
      throw rows.undecodable(0, expected: "a row for each of \(writes.count) writes")
    }
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(writes.count)
    for index in writes.indices { outcomes.append(try writes[index].outcome(rows[index])) }
    return outcomes
  }
}

/// Does by one statement, and with one commit, the writes of a kind that wait at the same moment.
///
/// A write that comes alone is sent at the end of the loop's turn, without any artificial wait.
/// Writes that come while a statement is under way are sent together when it has been committed.
/// Writes of a row that somebody else keeps locked wait apart from the others.
final class Batcher<Write: BatchedWrite> {
  private enum Reply: Sendable {
    case outcome(Write.Outcome)
    case failure(PostgresError)
    /// Nothing was done, because some rows of the batch are locked.
    case rowsAreLocked
  }

  private struct Entry {
    let write: Write
    let waiter: UnsafeContinuation<Reply, Never>
  }

  private let database: Database
  private let lockedElsewhere: RowsLockedElsewhere
  private var state = BatcherState<Entry>(Write.limits)

  /// Writes to this database; `lockedElsewhere` is shared by everything that gathers such writes.
  init(_ database: Database, lockedElsewhere: RowsLockedElsewhere) {
    self.database = database
    self.lockedElsewhere = lockedElsewhere
  }

  /// Does a write with the next batch, and answers when that has been committed. An error is the
  /// error of its batch, or its own if it was tried again alone.
  ///
  /// In a transaction a write is sent alone, as writes of others must not be committed with it.
  func submit(_ write: Write) async throws(PostgresError) -> Write.Outcome {
    if UnitOfWork.isOpen { return try await run([write], lockWait: nil)[0] }
    if let share = UnitOfWork.share {
      guard let request = share.owner as? BatchedRequest else { throw share.refuse() }
      return try await request.submit(write, lockedElsewhere)
    }
    for _ in 0..<RowsLockedElsewhere.attemptsMax {
      if lockedElsewhere.contains(anyOf: write.rows) {
        try await lockedElsewhere.waitUntilFree(write.rows)
      }
      let reply = await withUnsafeContinuation { join(Entry(write: write, waiter: $0)) }
      switch reply {
      case .outcome(let outcome): return outcome
      case .failure(let error): throw error
      case .rowsAreLocked: continue
      }
    }
    throw .busy
  }

  private func join(_ entry: Entry) {
    switch state.join(entry, weight: entry.write.weight) {
    case .startAtEndOfTurn: database.loop.atEndOfTurn { self.startBatches() }
    case .wait: break
    case .refuse: entry.waiter.resume(returning: .failure(.queueFull))
    }
  }

  private func startBatches() {
    while let batch = state.start() { database.loop.spawn { await self.run(batch) } }
  }

  private func run(_ batch: [Entry]) async {
    let sentAt = database.loop.currentTime
    switch await result(of: batch, lockWait: lockedElsewhere.lockWait) {
    case .success(let outcomes):
      lockedElsewhere.committed(in: database.loop.currentTime - sentAt)
      // The next batch goes first: the server then works while these are answered.
      finished(batch.count)
      answer(batch, outcomes)
    case .failure(let error):
      await recover(batch, from: error)
      finished(batch.count)
    }
  }

  private func finished(_ entries: Int) {
    state.finished(entries)
    startBatches()
  }

  private func recover(_ batch: [Entry], from error: PostgresError) async {
    var error = error
    if error.isLockTimeout, await lockedElsewhere.findLocked(among: batch.flatMap(\.write.rows)) {
      for entry in batch { entry.waiter.resume(returning: .rowsAreLocked) }
      return
    }
    // The lock is free by now, or it is not the lock of a row. Or rows have changed before they
    // were locked, which cannot happen without a `lockWait`.
    if error.isLockTimeout || error.isRetryable {
      guard let next = await attempt(batch, lockWait: nil) else { return }
      error = next
    }
    guard error.mayRetryEachAlone(of: batch.count) else {
      for entry in batch { entry.waiter.resume(returning: .failure(error)) }
      return
    }
    // One of the writes may be the cause. Tried alone, it fails alone.
    for entry in batch {
      if let error = await attempt([entry], lockWait: lockedElsewhere.lockWait) {
        entry.waiter.resume(returning: .failure(error))
      }
    }
  }

  /// Answers the waiters with their outcomes, or returns why the statement failed.
  private func attempt(_ batch: [Entry], lockWait: Int?) async -> PostgresError? {
    switch await result(of: batch, lockWait: lockWait) {
    case .success(let outcomes):
      answer(batch, outcomes)
      return nil
    case .failure(let error): return error
    }
  }

  private func result(
    of batch: [Entry], lockWait: Int?
  ) async -> Result<[Write.Outcome], PostgresError> {
    do throws(PostgresError) {
      return .success(try await run(batch.map(\.write), lockWait: lockWait))
    } catch {
      return .failure(error)
    }
  }

  private func answer(_ batch: [Entry], _ outcomes: [Write.Outcome]) {
    for (entry, outcome) in zip(batch, outcomes) {
      entry.waiter.resume(returning: .outcome(outcome))
    }
  }

  private func run(
    _ writes: [Write], lockWait: Int?
  ) async throws(PostgresError) -> [Write.Outcome] {
    try Write.outcomes(
      of: writes, try await database.write(Write.statement(writes, lockWait: lockWait)))
  }
}

extension PostgresError {
  /// Whether a statement for `count` writes certainly had no effect, and may succeed when each
  /// write is sent again alone.
  fileprivate func mayRetryEachAlone(of count: Int) -> Bool {
    switch self {
    case .server: !isUnavailable && !isOutcomeUnknown && (count > 1 || isRetryable)
    case .parameter: count > 1
    default: false
    }
  }
}
