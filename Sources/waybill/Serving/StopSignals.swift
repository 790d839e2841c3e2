import EventLoop
import Glibc
import Synchronization

/// What SIGTERM, SIGINT and SIGHUP do at the moment. They are received on a thread of their own, so
/// that they are also handled while a start, a stop or a command waits for something.
final class StopSignals: Sendable {
  /// The one of this process, which blocks these signals before it makes any thread.
  static let ofProcess = StopSignals()
  static let signals = [SIGTERM, SIGINT, SIGHUP]

  /// A second signal within this time is taken for the same one: whoever stops many processes may
  /// reach one of them in two ways.
  private static let repeatPause = Duration.seconds(1)

  private enum Effect: Sendable {
    /// The process ends after `cleanUp`.
    case end(cleanUp: @Sendable () -> Void)
    /// The listener is told, and ends the process when what was begun is finished.
    case tell(@Sendable () -> Void)
    /// Nothing yet: something is under way that must not be left half done.
    case wait
  }

  /// What SIGHUP does.
  private enum HangUp: Sendable {
    /// The same as the other signals.
    case stop
    /// Nothing yet; whether one came is remembered.
    case wait(hasCome: Bool)
    case reload(@Sendable () -> Void)
  }

  private struct State: Sendable {
    var effect = Effect.end {}
    var hangUp = HangUp.stop
    var first: (signal: Int32, at: Instant)?
    var isEnding = false
  }

  private let state = Mutex(State())

  private init() {
    let thread = LoopThread(name: "waybill-signals")
    thread.loop.execute { [loop = thread.loop] in
      _ = Signals(Self.signals, on: loop) { self.receive($0, at: loop.now) }
    }
  }

  /// From now on the first signal ends the process after `cleanUp`, which may take its time. The
  /// exit code says that the process was interrupted, unless `cleanUp` ends it with another one.
  func endProcess(after cleanUp: @escaping @Sendable () -> Void) { set(.end(cleanUp: cleanUp)) }

  /// From now on the first signal is told to `listener`, on a thread that must not wait.
  func tell(_ listener: @escaping @Sendable () -> Void) { set(.tell(listener)) }

  /// From now on the first signal has no effect until another effect is set.
  func wait() { set(.wait) }

  /// From now on SIGHUP does not stop the process. One that comes before `reload` is set causes a
  /// reload then.
  func keepHangUps() { state.withLock { $0.hangUp = .wait(hasCome: false) } }

  /// From now on SIGHUP calls `reload`, on a thread that must not wait.
  func reload(by reload: @escaping @Sendable () -> Void) {
    let hasCome = state.withLock { state in
      defer { state.hangUp = .reload(reload) }
      if case .wait(hasCome: true) = state.hangUp { return true }
      return false
    }
    if hasCome { reload() }
  }

  /// Does not return while a signal is ending the process: whatever fails then fails because of the
  /// signal, and must not be reported.
  func blockWhileEnding() {
    while state.withLock({ $0.isEnding }) { pause() }
  }

  private func set(_ effect: Effect) {
    let waiting = state.withLock { state in
      defer { state.effect = effect }
      if case .wait = state.effect { return state.first?.signal }
      return nil
    }
    if let waiting { perform(effect, of: waiting) }
  }

  private func receive(_ signal: Int32, at now: Instant) {
    if signal == SIGHUP, !Terminal.isLost, takeHangUp() { return }
    let effect: Effect? = state.withLock { state in
      guard let first = state.first else {
        state.first = (signal, now)
        return state.effect
      }
      // A second signal means that somebody does not want to wait. Committed work is safe in the
      // database.
      if now - first.at >= Self.repeatPause { _exit(130) }
      return nil
    }
    if let effect { perform(effect, of: signal) }
  }

  /// Whether SIGHUP means something other than to stop.
  private func takeHangUp() -> Bool {
    let hangUp = state.withLock { state in
      if case .wait = state.hangUp { state.hangUp = .wait(hasCome: true) }
      return state.hangUp
    }
    switch hangUp {
    case .stop: return false
    case .wait: return true
    case .reload(let reload):
      reload()
      return true
    }
  }

  private func perform(_ effect: Effect, of signal: Int32) {
    switch effect {
    case .end(let cleanUp):
      state.withLock { $0.isEnding = true }
      LoopThread(name: "waybill-stop").loop.execute {
        cleanUp()
        _exit(128 + signal)
      }
    case .tell(let listener): listener()
    case .wait: break
    }
  }
}
