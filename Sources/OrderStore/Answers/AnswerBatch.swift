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
  }

  private let shares: [AnswerShare]
  private var answers: [(request: NamedRequest, answer: StoredAnswer)] = []
  /// The writes that wait for each other; all are of one kind.
  private var writes: (any GatheredWrites)?
  /// How many tasks are still running: those that have no answer yet and do not wait for a write.
  private var running = 0
  private var isAbandoned = false
  /// The known locked rows, shared by everything that gathers this kind of writes.
  private var held: HeldRows?
  private var idle: UnsafeContinuation<Void, Never>?

  init(_ shares: [AnswerShare]) { self.shares = shares }

  /// Lets the requests do their work, and stores their answers.
  func answer(in transaction: Transaction) async throws(Failure) {
    do throws(PostgresError) {
      let claims = try await transaction.claim(shares.map(\.request), mayWait: false)
      for (share, claim) in zip(shares, claims) {
        if claim.isHeld {
          share.admit(.alone)
        } else if let outcome = claim.outcome {
          share.admit(.known(outcome))
        } else {
          running += 1
          share.begin(in: self)
        }
      }
      await allWait()
      while let writes {
        self.writes = nil
        running += writes.count
        try await writes.perform(in: transaction)
        await allWait()
      }
      if !isAbandoned, !answers.isEmpty { try await transaction.store(answers) }
    } catch {
      throw .database(error)
    }
    if isAbandoned { throw .abandoned }
  }

  /// Tells all requests what became of the transaction.
  func conclude(_ failure: Failure?) async {
    let verdict: AnswerShare.Verdict
    switch failure {
    case nil: verdict = .committed
    case .database(let error) where error.isLockTimeout:
      let areHeld = await held?.look(among: shares.flatMap(\.rows)) ?? false
      verdict = areHeld ? .rowsAreHeld : .alone
    case .database(let error) where !error.allowsAnotherRun: verdict = .failed(error)
    case .database, .abandoned: verdict = .alone
    }
    for share in shares { share.conclude(verdict) }
  }

  /// Gathers a write with those of the other requests. A write of another kind cannot be gathered.
  func submit<Write: BatchedWrite>(
    _ write: Write, of share: AnswerShare, _ held: HeldRows
  ) async throws(PostgresError) -> Write.Outcome {
    self.held = held
    let writes = self.writes ?? WritesOfKind<Write>()
    guard let writes = writes as? WritesOfKind<Write>, !share.rights.hasWritten else {
      throw share.rights.refuse()
    }
    self.writes = writes
    share.rights.hasWritten = true
    return try await withUnsafeContinuation { continuation in
      writes.append(write, continuation)
      stopped()
    }.get()
  }

  /// A request has its answer; nil when it leaves the batch without one.
  func finished(_ share: AnswerShare, _ answer: StoredAnswer?) {
    if let answer { answers.append((share.request, answer)) }
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
  var count: Int { get }
  /// Does all writes by one statement, and continues those who wait for them.
  func perform(in transaction: Transaction) async throws(PostgresError)
}

private final class WritesOfKind<Write: BatchedWrite>: GatheredWrites {
  private typealias Waiter = UnsafeContinuation<Result<Write.Outcome, PostgresError>, Never>

  private var writes: [Write] = []
  private var waiters: [Waiter] = []

  var count: Int { writes.count }

  func append(
    _ write: Write, _ waiter: UnsafeContinuation<Result<Write.Outcome, PostgresError>, Never>
  ) {
    writes.append(write)
    waiters.append(waiter)
  }

  func perform(in transaction: Transaction) async throws(PostgresError) {
    do throws(PostgresError) {
      let rows = try await transaction.run(Write.statement(writes, lockWait: HeldRows.lockWait))
      let outcomes = try Write.outcomes(of: writes, rows)
      for (waiter, outcome) in zip(waiters, outcomes) {
        waiter.resume(returning: .success(outcome))
      }
    } catch {
      for waiter in waiters { waiter.resume(returning: .failure(error)) }
      throw error
    }
  }
}

extension PostgresError {
  /// Whether the requests of a transaction that failed with this error can be done again, each in a
  /// transaction of its own.
  fileprivate var allowsAnotherRun: Bool {
    switch self {
    case .server: !isUnavailable && !isOutcomeUnknown
    case .parameter, .decoding: !isOutcomeUnknown
    default: false
    }
  }
}
