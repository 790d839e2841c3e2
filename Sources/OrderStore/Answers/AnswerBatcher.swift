import EventLoop
import Orders
import Postgres

/// Answers requests with a key that wait at the same moment by one transaction. All of them write
/// by the same kind of statement, so that transactions take their locks in the same order.
///
/// The identities are claimed by one statement; a request whose identity is locked elsewhere leaves
/// at once. Then each request does its work in its own task, until it has an answer or waits for
/// its write. The writes are done by one statement, the answers stored by one insert, and when all
/// that has been committed, each task has its answer.
final class AnswerBatcher {
  /// What becomes of a request that joins.
  enum Admission: Sendable {
    /// It was answered before, or its key belongs to another request.
    case known(KeyedOutcome)
    /// It does its work as a part of the transaction.
    case part
    /// It has to do its work in a transaction of its own.
    case alone
    case failed(PostgresError)
  }

  /// Two transactions are under way at once only while commits take less than this: the second one
  /// waits for rows of the first, and may do so only for a while.
  private static let quickCommit = Duration.milliseconds(33)

  private let database: Database
  private var state: BatcherState<BatchedRequest>
  /// How long commits take: the slowest one lately.
  private var commitTime = Duration.zero
  /// Whether rows had changed before a transaction locked them, so that the next one locks early.
  private var locksEarly = false

  /// Answers at most `requestsMax` requests by one transaction. Requests are weighed by their
  /// content, in KiB. Of two transactions, one is at the server while the other's requests do their
  /// work here.
  init(_ database: Database, requestsMax: Int) {
    self.database = database
    state = BatcherState(
      BatchLimits(entriesMax: requestsMax, weightMax: 256, batchesMax: 2, waitingMax: 4_096))
  }

  /// Waits for the batch that claims the request's identity.
  func join(_ request: BatchedRequest) async -> Admission {
    await withUnsafeContinuation { continuation in
      request.wait(with: continuation)
      switch state.join(request, weight: 1 + request.identified.request.content.count / 1_024) {
      case .startAtEndOfTurn: database.loop.atEndOfTurn { self.startBatches() }
      case .wait: break
      case .refuse: request.admit(.failed(.queueFull))
      }
    }
  }

  private func startBatches() {
    while let requests = state.start() {
      database.loop.spawn { await self.run(requests) }
    }
  }

  private func run(_ requests: [BatchedRequest]) async {
    let locksEarly = self.locksEarly
    self.locksEarly = false
    let batch = AnswerBatch(requests, locksEarly: locksEarly)
    var failure: AnswerBatch.Failure?
    var answeredAt = Instant.never
    do throws(AnswerBatch.Failure) {
      // Only one attempt: requests that have to be tried again are not tried in this batch.
      try await database.transaction(attempts: 1) { (transaction) throws(AnswerBatch.Failure) in
        try await batch.answer(in: transaction)
        answeredAt = database.loop.currentTime
      }
    } catch {
      failure = error
    }
    guard let failure else {
      // The next batch goes first: the server then works while these requests are answered.
      commitTime = max(database.loop.currentTime - answeredAt, commitTime * 3 / 4)
      state.startsBesideOthers = commitTime < Self.quickCommit
      batch.lockedElsewhere?.committed(in: commitTime)
      finished(requests.count)
      return await batch.conclude(nil)
    }
    // The lock may be that of the other transaction. The next one is alone, and so finds out.
    let mayBeOurs = failure.error?.isLockTimeout == true && state.underWay > 1
    if mayBeOurs { state.startsBesideOthers = false }
    let cameTooLate = failure.error?.isRetryable == true && !locksEarly
    if cameTooLate { self.locksEarly = true }
    // The next batch waits until is known which rows are locked.
    await batch.conclude(failure, joinAgain: mayBeOurs || cameTooLate)
    finished(requests.count)
  }

  private func finished(_ entries: Int) {
    state.finished(entries)
    startBatches()
  }
}
