import EventLoop
import Orders
import Postgres

/// Requests that are answered by one transaction.
final class AnswerBatch {
  /// Why the transaction is not committed.
  enum Failure: PostgresFailure {
    case database(PostgresError)
    /// A request had an effect that must be undone.
    case abandoned

    init(_ error: PostgresError) { self = .database(error) }

    /// The error of the database, if that was why.
    var error: PostgresError? { if case .database(let error) = self { error } else { nil } }
  }

  private let requests: [BatchedRequest]
  /// Whether the writes lock their rows first, and wait for them as long as the session may.
  private let locksEarly: Bool
  private var answers: [(request: IdentifiedRequest, answer: StoredAnswer)] = []
  /// Requests whose earlier answer is repeated after the commit: it waits for a standby, or tells
  /// behind which position of the log the first answer's write is.
  private var known: [(request: BatchedRequest, outcome: KeyedOutcome)] = []
  /// The writes that wait for each other; all are of one kind.
  private var writes: (any GatheredWrites)?
  /// Who waits for them.
  private var waiters: [UnsafeContinuation<PostgresError?, Never>] = []
  /// How many tasks are still running: those that have no answer yet and do not wait for a write.
  private var running = 0
  private var isAbandoned = false
  private var waitsForStandby = false
  /// The known locked rows, shared by everything that gathers this kind of writes.
  private(set) var lockedElsewhere: RowsLockedElsewhere?
  private var idle: UnsafeContinuation<Void, Never>?

  init(_ requests: [BatchedRequest], locksEarly: Bool) {
    self.requests = requests
    self.locksEarly = locksEarly
  }

  /// Lets the requests do their work, and stores their answers.
  func answer(in transaction: Transaction) async throws(Failure) {
    do throws(PostgresError) {
      let claims = try await transaction.claim(requests.map(\.identified), mayWait: false)
      for (request, claim) in zip(requests, claims) {
        if claim.isLockedElsewhere {
          request.admit(.alone)
        } else if let outcome = claim.outcome {
          if claim.waitsForStandby || transaction.tellsPosition {
            known.append((request, outcome))
            waitsForStandby = claim.waitsForStandby
          } else {
            request.admit(.known(outcome))
          }
        } else {
          running += 1
          request.begin(in: self)
        }
      }
      await allWait()
      while let writes {
        self.writes = nil
        try await perform(writes, in: transaction)
        await allWait()
      }
    } catch {
      throw .database(error)
    }
    if isAbandoned { throw .abandoned }
    do throws(PostgresError) {
      if !answers.isEmpty {
        try await transaction.store(answers)
      } else if waitsForStandby {
        // Not before: until all wait for the commit, a failure would leave some waiting for ever.
        try await transaction.awaitReplication()
      }
    } catch {
      throw .database(error)
    }
  }

  /// Tells all requests what became of the transaction; or has them join another one.
  func conclude(_ failure: Failure?, joinAgain: Bool = false) async {
    let verdict: BatchedRequest.Verdict
    switch failure {
    case nil: verdict = .committed
    case .database where joinAgain: verdict = .again
    case .database(let error) where error.isLockTimeout:
      let areLocked = await lockedElsewhere?.findLocked(among: requests.flatMap(\.rows)) ?? false
      verdict = areLocked ? .again : .alone
    case .database(let error) where !error.mayRetryAlone: verdict = .failed(error)
    case .database, .abandoned: verdict = .alone
    }
    if failure == nil { for (request, outcome) in known { request.admit(.known(outcome)) } }
    for request in requests { request.conclude(verdict) }
  }

  /// Gathers a write with those of the other requests. A write of another kind cannot be gathered.
  func submit<Write: BatchedWrite>(
    _ write: Write, of request: BatchedRequest, _ lockedElsewhere: RowsLockedElsewhere
  ) async throws(PostgresError) -> Write.Outcome {
    self.lockedElsewhere = lockedElsewhere
    let writes = self.writes ?? WritesOfKind<Write>()
    guard let writes = writes as? WritesOfKind<Write>, !request.transactionShare.hasWritten else {
      throw request.transactionShare.refuse()
    }
    self.writes = writes
    request.transactionShare.hasWritten = true
    let index = writes.append(write)
    let failure = await withUnsafeContinuation { continuation in
      waiters.append(continuation)
      stopped()
    }
    if let failure { throw failure }
    return writes.outcomes[index]
  }

  /// Does all writes by one statement, and continues those who wait for them.
  private func perform(
    _ writes: any GatheredWrites, in transaction: Transaction
  ) async throws(PostgresError) {
    let waiters = self.waiters
    self.waiters = []
    running += waiters.count
    do throws(PostgresError) {
      try await writes.perform(
        in: transaction, lockWait: locksEarly ? nil : lockedElsewhere?.lockWait)
      for waiter in waiters { waiter.resume(returning: nil) }
    } catch {
      for waiter in waiters { waiter.resume(returning: error) }
      throw error
    }
  }

  /// A request has its answer; nil when it leaves the batch without one.
  func finished(_ request: BatchedRequest, _ answer: StoredAnswer?) {
    if let answer { answers.append((request.identified, answer)) }
    stopped()
  }

  /// A request had an effect and leaves, so that all effects must be undone.
  func abandon() { isAbandoned = true }

  private func stopped() {
    running -= 1
    guard running == 0, let idle else { return }
    self.idle = nil
    idle.resume()
  }

  private func allWait() async {
    guard running > 0 else { return }
    await withUnsafeContinuation { idle = $0 }
  }
}

/// Gathered writes, whatever their type.
private protocol GatheredWrites: AnyObject {
  /// Does all writes by one statement.
  func perform(in transaction: Transaction, lockWait: Int?) async throws(PostgresError)
}

private final class WritesOfKind<Write: BatchedWrite>: GatheredWrites {
  private var writes: [Write] = []
  /// What became of each write, once they have been done.
  private(set) var outcomes: [Write.Outcome] = []

  /// Adds a write; returns the index of its outcome.
  func append(_ write: Write) -> Int {
    writes.append(write)
    return writes.count - 1
  }

  func perform(in transaction: Transaction, lockWait: Int?) async throws(PostgresError) {
    let rows = try await transaction.run(Write.statement(writes, lockWait: lockWait))
    outcomes = try Write.outcomes(of: writes, rows)
  }
}

extension PostgresError {
  /// Whether the requests of a transaction that failed with this error can be done again, each in a
  /// transaction of its own.
  fileprivate var mayRetryAlone: Bool {
    switch self {
    case .server: !isUnavailable && !isOutcomeUnknown
    case .parameter, .decoding: !isOutcomeUnknown
    default: false
    }
  }
}
