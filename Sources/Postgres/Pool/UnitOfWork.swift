import EventLoop

/// The transaction that a task is part of, for those who ask the database without knowing of one.
enum UnitOfWork {
  private static let current = TaskLocal<LoopBound<Transaction>?>(wrappedValue: nil)

  /// The transaction around the calling task, as long as it lasts. A task that was begun in it and
  /// outlives it is on its own.
  static var transaction: Transaction? {
    guard let transaction = current.get()?.value, !transaction.isOver else { return nil }
    return transaction
  }

  static func run<Value>(
    in transaction: Transaction, _ body: () async throws -> Value
  ) async throws -> Value {
    try await current.withValue(LoopBound(transaction.database.loop, transaction)) {
      try await body()
    }
  }
}

extension Transaction {
  /// Runs `body` as part of this transaction: whatever its task asks of the same database
  /// meanwhile, reads, writes and transactions of its own, happens here. What it did is undone when
  /// it throws.
  package func including<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await undoing { try await UnitOfWork.run(in: self, body) }
  }
}
