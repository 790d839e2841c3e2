import EventLoop
import Postgres

/// Loads by one statement the values that are asked for at the same moment.
///
/// A load that comes alone is sent at the end of the loop's turn, without any artificial wait.
/// Loads that come while a statement is under way are sent together when it has been answered.
final class Coalescer<Key: Hashable & Sendable, Value: Sendable> {
  private typealias Waiter = UnsafeContinuation<Result<Value?, PostgresError>, Never>

  private let loop: EventLoop
  private let fetch: ([Key]) async throws(PostgresError) -> [Key: Value]
  private var state: CoalescerState<Key, Waiter>

  /// `fetch` finds the values of up to `limit` keys with one statement; a key without value is nil.
  init(
    on loop: EventLoop, limit: Int = 64, batches: Int = 2,
    fetch: @escaping ([Key]) async throws(PostgresError) -> [Key: Value]
  ) {
    self.loop = loop
    self.fetch = fetch
    state = CoalescerState(keysMax: limit, batchesMax: batches)
  }

  /// The value of a key, or nil when there is none. An error reaches those of its batch only.
  ///
  /// In a transaction a load is sent alone, as only the transaction sees its own changes.
  func load(_ key: Key) async throws(PostgresError) -> Value? {
    if UnitOfWork.isOpen { return try await fetch([key])[key] }
    try UnitOfWork.checkRead()
    let request = UnitOfWork.request
    if let request { await request.settle() }
    let found = await withUnsafeContinuation { continuation in
      if state.join(continuation, for: key) { loop.atEndOfTurn { self.startBatches() } }
    }
    switch found {
    case .success: request?.sawPrimary()
    case .failure(let error): request?.sawPrimary(failingWith: error)
    }
    return try found.get()
  }

  private func startBatches() {
    while let batch = state.start() { loop.spawn { await self.run(batch) } }
  }

  private func run(_ batch: CoalescerState<Key, Waiter>.Batch) async {
    do throws(PostgresError) {
      let values = try await fetch(batch.keys)
      for (key, waiters) in batch.waiters {
        for waiter in waiters { waiter.resume(returning: .success(values[key])) }
      }
    } catch {
      for waiter in batch.waiters.values.joined() { waiter.resume(returning: .failure(error)) }
    }
    state.finished()
    startBatches()
  }
}
