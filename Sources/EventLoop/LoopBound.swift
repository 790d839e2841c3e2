/// A value that lives on a loop, handed through code that could run elsewhere.
///
/// Only the loop's own thread may take it out again; another one stops the process at once.
package struct LoopBound<Value>: @unchecked Sendable {
  private let loop: EventLoop
  private let bound: Value

  /// Binds a value to its loop.
  package init(_ loop: EventLoop, _ value: Value) {
    self.loop = loop
    bound = value
  }

  /// The value, on its loop.
  package var value: Value {
    loop.assertCurrent()
    return bound
  }
}

extension EventLoop {
  /// Makes a value on this loop; from any thread.
  package func make<Value>(
    _ value: @escaping @Sendable (EventLoop) -> Value
  ) async -> LoopBound<Value> {
    await withCheckedContinuation { continuation in
      execute { continuation.resume(returning: LoopBound(self, value(self))) }
    }
  }
}
