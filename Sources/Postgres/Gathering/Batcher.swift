package import EventLoop

/// Makes one statement of the writes that wait at the same moment.
///
/// A write alone goes out at the end of its turn, without any artificial wait; what comes while
/// statements are on their way goes out together when one of them has been committed. Unlike the
/// loads of a `Coalescer` no two writes are ever the same.
package final class Batcher<Item, Outcome: Sendable> {
  private struct Entry {
    let item: Item
    let waiter: UnsafeContinuation<Result<Outcome, PostgresError>, Never>
  }

  private let loop: EventLoop
  private let weight: (Item) -> Int
  private let write: ([Item]) async throws(PostgresError) -> [Outcome]
  private var state: BatcherState<Entry>

  /// `write` does all its items with one statement, and answers with the outcome of each in their
  /// order, once they are committed.
  package init(
    on loop: EventLoop, limits: BatchLimits, weight: @escaping (Item) -> Int,
    write: @escaping ([Item]) async throws(PostgresError) -> [Outcome]
  ) {
    self.loop = loop
    self.weight = weight
    self.write = write
    state = BatcherState(limits)
  }

  /// Does the item with the next batch. An error is that of the item's own batch.
  ///
  /// In a transaction an item goes alone: its neighbours are committed at another time.
  package func submit(_ item: Item) async throws(PostgresError) -> Outcome {
    if UnitOfWork.transaction != nil { return try await submitAlone(item) }
    return try await withUnsafeContinuation { continuation in
      let entry = Entry(item: item, waiter: continuation)
      switch state.join(entry, weight: weight(item)) {
      case .startAtEndOfTurn: loop.atEndOfTurn { self.startBatches() }
      case .wait: break
      case .refuse: continuation.resume(returning: .failure(.queueFull))
      }
    }.get()
  }

  private func submitAlone(_ item: Item) async throws(PostgresError) -> Outcome {
    guard let outcome = try await write([item]).first else {
      throw .decoding(column: 0, expected: "an outcome of the item", isCommitted: false)
    }
    return outcome
  }

  private func startBatches() {
    while let batch = state.start() { loop.spawn { await self.run(batch) } }
  }

  private func run(_ batch: [Entry]) async {
    if let error = await attempt(batch) {
      if error.deservesAnotherRun(of: batch.count) {
        // One of them may be what the server cannot bear: its neighbours must not feel it.
        for entry in batch {
          if let error = await attempt([entry]) { finish([entry], error) }
        }
      } else {
        finish(batch, error)
      }
    }
    state.finished()
    startBatches()
  }

  /// Tells the outcomes to their waiters, or returns what kept the statement from succeeding.
  private func attempt(_ batch: [Entry]) async -> PostgresError? {
    do throws(PostgresError) {
      let outcomes = try await write(batch.map(\.item))
      guard outcomes.count == batch.count else {
        let expected = "an outcome for each of \(batch.count) items"
        return .decoding(column: 0, expected: expected, isCommitted: true)
      }
      for (entry, outcome) in zip(batch, outcomes) {
        entry.waiter.resume(returning: .success(outcome))
      }
      return nil
    } catch {
      return error
    }
  }

  private func finish(_ batch: [Entry], _ error: PostgresError) {
    for entry in batch { entry.waiter.resume(returning: .failure(error)) }
  }
}

extension PostgresError {
  /// Whether a statement for so many items certainly had no effect, and might have one when it is
  /// run for each of them alone.
  fileprivate func deservesAnotherRun(of count: Int) -> Bool {
    switch self {
    case .server: !isUnavailable && !isOutcomeUnknown && (count > 1 || isRetryable)
    case .parameter: count > 1
    default: false
    }
  }
}
