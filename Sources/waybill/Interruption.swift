import EventLoop
import Glibc
import Synchronization

/// What SIGTERM, SIGINT and SIGHUP do at the moment. They are heard on a thread of their own, so
/// that nothing that waits, be it a start, a stop or a command, is deaf to them.
final class Interruption: Sendable {
  /// That of the process, which has blocked these signals before it made any thread.
  static let ofProcess = Interruption()
  static let signals = [SIGTERM, SIGINT, SIGHUP]

  /// A second signal that comes sooner says nothing new: whoever stops many processes may reach one
  /// by two ways.
  private static let patience = Duration.seconds(1)

  private enum Meaning: Sendable {
    /// The process ends, after this.
    case end(cleanUp: @Sendable () -> Void)
    /// Somebody is told, and ends the process when what was begun is finished.
    case tell(@Sendable () -> Void)
    /// Nothing yet: something that must not be left half done will be done soon.
    case wait
  }

  private struct State: Sendable {
    var meaning = Meaning.end {}
    var first: (signal: Int32, at: Instant)?
    var isEnding = false
    /// What SIGHUP does in place of ending the process.
    var reload: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  private init() {
    let thread = LoopThread(name: "waybill-signals")
    thread.loop.execute { [loop = thread.loop] in
      _ = Signals(Self.signals, on: loop) { self.heard($0, at: loop.now) }
    }
  }

  /// From now on the first signal ends the process after `cleanUp`, which may take its time: as one
  /// that was interrupted, unless `cleanUp` ends it otherwise.
  func endsProcess(after cleanUp: @escaping @Sendable () -> Void) { means(.end(cleanUp: cleanUp)) }

  /// From now on the first signal is told to `listener`, on a thread that must not wait.
  func isTold(to listener: @escaping @Sendable () -> Void) { means(.tell(listener)) }

  /// From now on the first signal waits until it means something else.
  func waits() { means(.wait) }

  /// Does not return while a signal ends the process: what fails meanwhile fails because of it.
  func leaveTheEndToIt() {
    while state.withLock({ $0.isEnding }) { pause() }
  }

  private func means(_ new: Meaning) {
    let waiting = state.withLock { state in
      defer { state.meaning = new }
      if case .wait = state.meaning { return state.first?.signal }
      return nil
    }
    if let waiting { obey(waiting, new) }
  }

  /// From now on SIGHUP calls `reload`, on a thread that must not wait.
  func reloads(by reload: @escaping @Sendable () -> Void) {
    state.withLock { $0.reload = reload }
  }

  private func heard(_ signal: Int32, at now: Instant) {
    if signal == SIGHUP, let reload = state.withLock({ $0.reload }), !Terminal.isLost {
      return reload()
    }
    let meaning: Meaning? = state.withLock { state in
      guard let first = state.first else {
        state.first = (signal, now)
        return state.meaning
      }
      // Committed work is safe in the database, and somebody is in a hurry.
      if now - first.at >= Self.patience { _exit(130) }
      return nil
    }
    if let meaning { obey(signal, meaning) }
  }

  private func obey(_ signal: Int32, _ meaning: Meaning) {
    switch meaning {
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
