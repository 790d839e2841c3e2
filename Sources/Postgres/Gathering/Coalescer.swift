package import EventLoop

/// Makes one statement of the loads that wait at the same moment.
///
/// A load alone goes out at the end of its turn, without any artificial wait; what comes while a
/// statement is on its way goes out together when the answer is there.
package final class Coalescer<Key: Hashable & Sendable, Value: Sendable> {
  private typealias Waiter = UnsafeContinuation<Result<Value?, PostgresError>, Never>

  private let loop: EventLoop
  private let fetch: ([Key]) async throws(PostgresError) -> [Key: Value]
  private var state: CoalescerState<Key, Waiter>

  /// `fetch` finds the values of up to `limit` keys with one statement; what it leaves out is nil.
  package init(
    on loop: EventLoop, limit: Int = 64, batches: Int = 2,
    fetch: @escaping ([Key]) async throws(PostgresError) -> [Key: Value]
  ) {
    self.loop = loop
    self.fetch = fetch
    state = CoalescerState(keysMax: limit, batchesMax: batches)
  }

  /// The value of a key, or nil when there is none. An error reaches those of its batch only.
  ///
  /// In a transaction a load goes alone: nobody else sees what has been done there.
  package func load(_ key: Key) async throws(PostgresError) -> Value? {
    if UnitOfWork.transaction != nil { return try await fetch([key])[key] }
    return try await withUnsafeContinuation { continuation in
      if state.join(continuation, for: key) { loop.atEndOfTurn { self.startBatches() } }
    }.get()
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
