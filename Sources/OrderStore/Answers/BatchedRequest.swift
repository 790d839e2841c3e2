import EventLoop
import Orders
import Postgres

/// A request that is answered together with others by one transaction.
final class BatchedRequest {
  /// What became of the transaction.
  enum Verdict {
    case committed
    /// It was rolled back. Another batch can do the request, when its rows are free.
    case again
    /// It was rolled back; the request has to be done in a transaction of its own.
    case alone
    case failed(PostgresError)
  }

  /// What became of the request.
  enum Result {
    case answered(StoredAnswer)
    /// Nothing was done. When its rows are free, it can be done with another batch.
    case again
    /// Nothing was done. It needs a transaction of its own.
    case alone
  }

  let identified: IdentifiedRequest
  /// The rows that its write locks.
  private(set) var rows: [RowToLock] = []
  private var lockedElsewhere: RowsLockedElsewhere?
  /// What its task may do with the database.
  private(set) lazy var transactionShare = TransactionShare(owner: self)
  private let loop: EventLoop
  private var admission: UnsafeContinuation<AnswerBatcher.Admission, Never>?
  private var batch: AnswerBatch?
  private var hadEffect = false
  private var hasFailed = false
  /// Whether its write has to wait for a row that somebody else keeps locked.
  private var isWaitingForRows = false
  private var verdict: Verdict?
  private var waiter: UnsafeContinuation<Void, Never>?

  init(_ request: IdentifiedRequest, on loop: EventLoop) {
    identified = request
    self.loop = loop
  }

  /// Keeps the continuation that waits for the admission.
  func wait(with admission: UnsafeContinuation<AnswerBatcher.Admission, Never>) {
    self.admission = admission
  }

  /// Tells the request whether it has a part.
  func admit(_ result: AnswerBatcher.Admission) {
    admission?.resume(returning: result)
    admission = nil
  }

  /// Lets the request do its work.
  func begin(in batch: AnswerBatch) {
    self.batch = batch
    admit(.part)
  }

  /// The transaction has ended.
  func conclude(_ verdict: Verdict) {
    switch verdict {
    case .failed(let error): admit(.failed(error))
    case .committed, .again, .alone: admit(.alone)
    }
    self.verdict = verdict
    waiter?.resume()
    waiter = nil
    // The batch keeps its requests: without this neither would ever be freed.
    batch = nil
  }

  /// Runs the request's work, and waits for the commit.
  func answer(
    _ work: () async throws -> StoredAnswer, refusal: (any Error) -> StoredAnswer?
  ) async throws -> Result {
    guard let batch else { return .alone }
    var answer: StoredAnswer?
    do {
      answer = try await transactionShare.including(on: loop, work)
    } catch {
      // When one of these is set, the error comes from the shared transaction or its limits, and is
      // no answer to the request.
      if !(hasFailed || transactionShare.needsOwnTransaction || isWaitingForRows) {
        answer = refusal(error)
        guard answer != nil || hadEffect else {
          transactionShare.isOver = true
          batch.finished(self, nil)
          throw error
        }
        if hadEffect { batch.abandon() }
      }
    }
    transactionShare.isOver = true
    if transactionShare.needsOwnTransaction {
      if hadEffect { batch.abandon() }
      answer = nil
    }
    batch.finished(self, answer)
    if verdict == nil { await withUnsafeContinuation { waiter = $0 } }
    if isWaitingForRows { return .again }
    switch verdict {
    case .committed: return answer.map(Result.answered) ?? .alone
    case .again: return .again
    case .alone, nil: return .alone
    case .failed(let error): throw OrderError(error)
    }
  }

  /// Waits until nobody else keeps the rows of its write locked.
  func waitUntilRowsAreFree() async throws(PostgresError) {
    try await lockedElsewhere?.waitUntilFree(rows)
  }

  /// Does a write together with those of the other requests.
  func submit<Write: BatchedWrite>(
    _ write: Write, _ lockedElsewhere: RowsLockedElsewhere
  ) async throws(PostgresError) -> Write.Outcome {
    guard let batch else { throw transactionShare.refuse() }
    rows = write.rows
    self.lockedElsewhere = lockedElsewhere
    if lockedElsewhere.contains(anyOf: rows) {
      isWaitingForRows = true
      throw .busy
    }
    do throws(PostgresError) {
      let outcome = try await batch.submit(write, of: self, lockedElsewhere)
      hadEffect = hadEffect || Write.hasEffect(outcome)
      return outcome
    } catch {
      hasFailed = !transactionShare.needsOwnTransaction
      throw error
    }
  }
}
