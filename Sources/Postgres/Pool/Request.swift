import EventLoop

/// One statement that somebody waits for.
final class Request {
  /// What the statement means for its neighbours and for its own answer.
  enum Kind {
    /// Shares a Sync with the reads of its turn, is answered at once, may be sent again.
    case read
    /// A transaction of its own: answered when its commit is known, never sent again.
    case write
    /// Part of a transaction that somebody leads.
    case step
    /// The statement that ends a transaction well.
    case commit
  }

  let sql: SQL
  let kind: Kind
  /// Where in the pool it was sent from.
  var slot: Int?
  /// Whether the request has been sent a second time, which is once enough.
  var wasResent = false
  /// Rows that must not be shown before the commit is known.
  var held: Rows?
  /// The statement it was sent as, if that was prepared.
  var statement: PreparedStatement?
  private var waiting: UnsafeContinuation<Result<Rows, PostgresError>, Never>?

  init(_ sql: SQL, _ kind: Kind) {
    self.sql = sql
    self.kind = kind
  }

  /// Waits for the answer that `submit` will bring about.
  ///
  /// The unchecked continuation saves a tenth of a microsecond on every statement; the state
  /// machines answer each request once, which their tests prove.
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

  /// What is known of a request that was sent and not answered.
  var outcome: PostgresError.Outcome {
    switch kind {
    case .read, .step: .noEffect
    case .write, .commit: .unknown
    }
  }
}
