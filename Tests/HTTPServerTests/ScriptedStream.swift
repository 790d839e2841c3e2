import EventLoop
import HTTP
import Synchronization

/// What a test has the streams of its server send, and what it wants to know of them.
final class StreamScript: Sendable {
  enum Step: Sendable {
    case piece([UInt8])
    case failure
    case end
  }

  private struct State {
    var steps: [Step] = []
    var asked = 0
    var alive = 0
    var endsSoon = 0
    var wakeUps: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  /// Adds to what every stream sends.
  func add(_ steps: Step...) {
    let wakeUps = state.withLock { state in
      state.steps += steps
      defer { state.wakeUps = [] }
      return state.wakeUps
    }
    for wakeUp in wakeUps { wakeUp() }
  }

  func add(_ text: String) { add(.piece(Array(text.utf8))) }

  /// How often a stream was asked for a piece.
  var asked: Int { state.withLock { $0.asked } }
  /// How many streams there are.
  var alive: Int { state.withLock { $0.alive } }
  /// How many were told that the server is about to stop.
  var endsSoon: Int { state.withLock { $0.endsSoon } }

  fileprivate func count(alive: Int = 0, asked: Int = 0, endsSoon: Int = 0) {
    state.withLock {
      $0.alive += alive
      $0.asked += asked
      $0.endsSoon += endsSoon
    }
  }

  fileprivate func step(_ index: Int) -> Step? {
    state.withLock { $0.steps.indices.contains(index) ? $0.steps[index] : nil }
  }

  /// Calls back when there is a step of this index.
  fileprivate func whenThere(_ index: Int, _ wakeUp: @escaping @Sendable () -> Void) {
    let isThere = state.withLock { state in
      guard !state.steps.indices.contains(index) else { return true }
      state.wakeUps.append(wakeUp)
      return false
    }
    if isThere { wakeUp() }
  }
}

/// A stream that a test writes step by step.
final class ScriptedStream: BodyStream, @unchecked Sendable {
  struct Failure: Error {}

  private let script: StreamScript
  private let loop: EventLoop
  private var index = 0
  private var isEnding = false
  private var waiting: CheckedContinuation<Void, Never>?

  init(_ script: StreamScript, on loop: EventLoop) {
    self.script = script
    self.loop = loop
    script.count(alive: 1)
  }

  deinit { script.count(alive: -1) }

  func next() async throws -> [UInt8]? {
    script.count(asked: 1)
    while script.step(index) == nil {
      guard !isEnding, !Task.isCancelled else { return nil }
      await wait()
    }
    defer { index += 1 }
    switch script.step(index) {
    case .piece(let bytes): return bytes
    case .failure: throw Failure()
    case .end, nil: return nil
    }
  }

  func endSoon() {
    script.count(endsSoon: 1)
    isEnding = true
    wake()
  }

  private func wait() async {
    let bound = LoopBound(loop, WeakStream(stream: self))
    let wakeUp: @Sendable () -> Void = { [loop] in
      loop.execute { bound.value.stream?.wake() }
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation {
        waiting = $0
        script.whenThere(index, wakeUp)
      }
    } onCancel: {
      wakeUp()
    }
  }

  private func wake() {
    waiting?.resume()
    waiting = nil
  }

  private struct WeakStream { weak var stream: ScriptedStream? }
}
