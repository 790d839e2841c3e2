import EventLoop

/// A statement and the task that waits for its answer.
final class Request {
  /// How the statement is sent and answered.
  enum Kind {
    /// Shares a Sync with the other reads of its turn; answered at once; may be sent again.
    case read
    /// A transaction of its own; answered when its commit is known; never sent again.
    case write
    /// Part of a `Transaction`.
    case step
    /// The COMMIT of a `Transaction`.
    case commit
  }

  let sql: SQL
  let kind: Kind
  /// The slot of the pool on which it was sent.
  var slot: Int?
  /// Whether the request has been sent a second time; there is no third.
  var wasResent = false
  /// Rows that are held back until the commit is known.
  var held: Rows?
  /// The prepared statement with which it was sent.
  var statement: PreparedStatement?
  private var waiting: UnsafeContinuation<Result<Rows, PostgresError>, Never>?

  init(_ sql: SQL, _ kind: Kind) {
    self.sql = sql
    self.kind = kind
  }

  /// Submits the request and waits for its answer.
  ///
  /// The unchecked continuation saves a tenth of a microsecond for each statement. Tests of the
  /// state machines prove that each request is answered exactly once.
  func answer(submit: (Request) -> Void) async throws(PostgresError) -> Rows {
    let result = await withUnsafeContinuation { continuation in
      waiting = continuation
      submit(self)
    }
    return try result.get()
  }

  func finish(_ result: Result<Rows, PostgresError>) {
    waiting?.resume(returning: result)
    waiting = nil
  }

  /// The possible effect of a request that was sent and not answered.
  var outcome: PostgresError.Outcome {
    switch kind {
    case .read, .step: .noEffect
    case .write, .commit: .unknown
    }
  }
}
