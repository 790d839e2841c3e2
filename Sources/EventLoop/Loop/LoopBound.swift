/// A value that belongs to a loop, carried through code that could run on another thread.
///
/// Only the loop's thread may read the value; reading it on another thread stops the process.
package struct LoopBound<Value>: @unchecked Sendable {
  private let loop: EventLoop
  private let bound: Value

  package init(_ loop: EventLoop, _ value: Value) {
    self.loop = loop
    bound = value
  }

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
