import EventLoop

/// Runs work that blocks for long on a thread of its own.
///
/// Tests share a pool with a thread per core; work that waits there for a program would hold up
/// every other test, and let those with a deadline miss it.
package func blocking<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    guard let thread = SystemThread({ continuation.resume(with: .init(catching: body)) }) else {
      fatalError("no thread left for a test")
    }
    thread.detach()
  }
}
