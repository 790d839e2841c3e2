import EventLoop
import Orders
import Postgres

/// One request's part in a transaction that answers several.
final class AnswerShare {
  /// What became of the transaction.
  enum Verdict {
    case committed
    /// It was rolled back; the request has to be done in a transaction of its own.
    case alone
    case failed(PostgresError)
  }

  let request: NamedRequest
  /// What its task may do with the database.
  private(set) lazy var rights = TransactionShare(owner: self)
  private let loop: EventLoop
  private var admission: UnsafeContinuation<AnswerBatcher.Admission, Never>?
  private var batch: AnswerBatch?
  private var hadEffect = false
  private var hasFailed = false
  private var verdict: Verdict?
  private var waiter: UnsafeContinuation<Void, Never>?

  init(_ request: NamedRequest, on loop: EventLoop) {
    self.request = request
    self.loop = loop
  }

  /// Takes who waits for the admission.
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
    case .committed, .alone: admit(.alone)
    }
    self.verdict = verdict
    waiter?.resume()
    waiter = nil
  }

  /// Runs the request's work, and waits for the commit. Nil when the work has to be done again, in a
  /// transaction of its own.
  func answer(
    _ work: () async throws -> StoredAnswer, refusal: (any Error) -> StoredAnswer?
  ) async throws -> StoredAnswer? {
    guard let batch else { return nil }
    var answer: StoredAnswer?
    do {
      answer = try await rights.including(on: loop, work)
    } catch  where hasFailed || rights.needsOwnTransaction {
      // The error comes from the transaction, or from what it cannot do.
    } catch {
      answer = refusal(error)
      guard answer != nil || hadEffect else {
        rights.isOver = true
        batch.finished(self, nil)
        throw error
      }
      if hadEffect { batch.abandon() }
    }
    rights.isOver = true
    if rights.needsOwnTransaction {
      if hadEffect { batch.abandon() }
      answer = nil
    }
    batch.finished(self, answer)
    if verdict == nil { await withUnsafeContinuation { waiter = $0 } }
    switch verdict {
    case .committed: return answer
    case .alone, nil: return nil
    case .failed(let error): throw OrderError(error)
    }
  }

  /// Does a write together with those of the other requests.
  func submit<Write: BatchedWrite>(
    _ write: Write
  ) async throws(PostgresError) -> Write.Outcome {
    guard let batch else { throw rights.refuse() }
    do throws(PostgresError) {
      let outcome = try await batch.submit(write, of: self)
      hadEffect = hadEffect || Write.hasEffect(outcome)
      return outcome
    } catch {
      hasFailed = !rights.needsOwnTransaction
      throw error
    }
  }
}
