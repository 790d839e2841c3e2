import Synchronization

/// A value that is made when it is first needed, by whichever thread that is, and kept.
final class KeptValue<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  var value: Value {
    kept.withLock { kept in
      if let kept { return kept }
      let new = make()
      kept = new
      return new
    }
  }
}
