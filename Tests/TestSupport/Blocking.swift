import Glibc

/// Runs work that blocks for long on a thread of its own.
///
/// Tests share a pool with a thread per core; work that waits there for a program would hold up
/// every other test, and let those with a deadline miss it.
package func blocking<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    let work = Work { continuation.resume(with: .init(catching: body)) }
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(work).toOpaque())
    precondition(code == 0, "no thread left for a test")
    pthread_detach(thread)
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
