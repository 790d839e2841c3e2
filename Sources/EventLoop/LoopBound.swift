/// A value that lives on a loop, handed through code that could run elsewhere.
///
/// Only the loop's own thread may take it out again; another one stops the process at once.
public struct LoopBound<Value>: @unchecked Sendable {
  private let loop: EventLoop
  private let bound: Value

  /// Binds a value to its loop.
  public init(_ loop: EventLoop, _ value: Value) {
    self.loop = loop
    bound = value
  }

  /// The value, on its loop.
  public var value: Value {
    loop.assertCurrent()
    return bound
  }
}

extension EventLoop {
  /// Makes a value on this loop; from any thread.
  public func make<Value>(
    _ value: @escaping @Sendable (EventLoop) -> Value
  ) async -> LoopBound<Value> {
    await withCheckedContinuation { continuation in
      execute { continuation.resume(returning: LoopBound(self, value(self))) }
    }
  }
}
