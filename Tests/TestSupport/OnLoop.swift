package import EventLoop

/// Runs `body` as a task of a new event loop and waits for it; then the loop's thread ends.
package func onLoop<Result: Sendable>(
  clock: Clock = .system, _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
  let thread = LoopThread(name: "test-loop", loop: EventLoop(clock: clock))
  defer { thread.stop() }
  return try await thread.loop.run(body)
}

extension EventLoop {
  /// Runs `body` as a task of this loop and waits for the result; to be called outside the loop.
  package func run<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      execute {
        self.spawn {
          do {
            continuation.resume(returning: try await body(self))
          } catch {
            continuation.resume(throwing: error)
          }
        }
      }
    }
  }
}
