import EventLoop

/// The transaction that a task is part of, so that code which calls the database need not pass it.
package enum UnitOfWork {
  private static let current = TaskLocal<LoopBound<Transaction>?>(wrappedValue: nil)

  /// The transaction of the calling task; nil when it has ended, for a task that outlives it.
  static var transaction: Transaction? {
    guard let transaction = current.get()?.value, !transaction.isOver else { return nil }
    return transaction
  }

  /// Whether the calling task is part of a transaction.
  package static var isOpen: Bool { transaction != nil }

  static func run<Value>(
    in transaction: Transaction, _ body: () async throws -> Value
  ) async throws -> Value {
    try await current.withValue(LoopBound(transaction.database.loop, transaction)) {
      try await body()
    }
  }
}

extension Transaction {
  /// Runs `body` as part of this transaction: reads, writes and transactions of its task on the
  /// same database run in this one. They are rolled back when `body` throws.
  package func including<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await withSavepoint { try await UnitOfWork.run(in: self, body) }
  }
}
