package import EventLoop

/// What the database calls of a task belong to, so that code which calls the database need not pass
/// it on.
package enum UnitOfWork {
  fileprivate enum Scope: Sendable {
    /// All calls of the task run in this transaction.
    case transaction(LoopBound<Transaction>)
    /// The task has a part in a transaction of several tasks.
    case share(LoopBound<TransactionShare>)
    /// The task is a request on a loop with replicas.
    case request(LoopBound<RequestReads>)
  }

  fileprivate static let current = TaskLocal<Scope?>(wrappedValue: nil)

  /// The transaction of the calling task; nil when it has ended, for a task that outlives it.
  static var transaction: Transaction? {
    guard case .transaction(let bound) = current.get(), !bound.value.isOver else { return nil }
    return bound.value
  }

  /// Whether the calling task is part of a transaction.
  package static var isOpen: Bool { transaction != nil }

  /// The request that the calling task is, on a loop with replicas and outside transactions.
  package static var request: RequestReads? {
    guard case .request(let bound) = current.get() else { return nil }
    return bound.value
  }

  /// Throws when a read outside a transaction would not see what the calling task has written.
  package static func checkRead() throws(PostgresError) { try share?.checkRead() }

  /// The calling task's part in a transaction of several tasks.
  package static var share: TransactionShare? {
    guard case .share(let bound) = current.get(), !bound.value.isOver else { return nil }
    return bound.value
  }
}

extension Transaction {
  /// Runs `body` as part of this transaction: reads, writes and transactions of its task on the
  /// same database run in this one. They are rolled back when `body` throws.
  package func including<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await withSavepoint {
      let scope = UnitOfWork.Scope.transaction(LoopBound(database.loop, self))
      return try await UnitOfWork.current.withValue(scope) { try await body() }
    }
  }
}

extension RequestReads {
  /// Runs `body` as this request.
  func including<Value>(
    on loop: EventLoop, _ body: () async throws -> Value
  ) async throws -> Value {
    try await UnitOfWork.current.withValue(.request(LoopBound(loop, self))) { try await body() }
  }
}

/// A task's part in a transaction of several tasks, none of which may disturb the others.
///
/// Such a task may first read what is committed, and then write through the `owner`, which gathers
/// the writes of all tasks. Anything else is refused and remembered, so that the task can be run
/// again in a transaction of its own.
package final class TransactionShare {
  /// Whether the task has written; its write is not visible to its reads.
  package var hasWritten = false
  /// Whether the task asked for something that needs a transaction of its own.
  package private(set) var needsOwnTransaction = false
  /// Whether the task's part has ended.
  package var isOver = false
  /// The object that gathers the writes of all tasks of the transaction.
  package unowned let owner: AnyObject

  /// A part of a task that has done nothing so far.
  package init(owner: AnyObject) { self.owner = owner }

  /// Runs `body` as this part.
  package func including<Value>(
    on loop: EventLoop, _ body: () async throws -> Value
  ) async throws -> Value {
    try await UnitOfWork.current.withValue(.share(LoopBound(loop, self))) { try await body() }
  }

  /// Refuses what the task asked for.
  package func refuse() -> PostgresError {
    needsOwnTransaction = true
    return .unavailable(reason: "this needs a transaction of its own")
  }

  /// Throws when a read would not see what the task has written.
  package func checkRead() throws(PostgresError) {
    if hasWritten { throw refuse() }
  }
}
