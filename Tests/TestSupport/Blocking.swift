import EventLoop

/// Runs work that blocks on its own thread.
///
/// Tests share a pool with one thread for each core. Work that blocks there would delay all other
/// tests, and some would miss their deadlines.
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
