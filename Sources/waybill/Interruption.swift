import EventLoop
import Glibc
import Synchronization

/// What SIGTERM and SIGINT do at the moment. They are heard on a thread of their own, so that
/// nothing that waits, be it a start, a stop or a command, is deaf to them.
final class Interruption: Sendable {
  /// That of the process, which has blocked both signals before it made any thread.
  static let ofProcess = Interruption()

  private enum Meaning: Sendable {
    /// The process ends, after this.
    case end(cleanUp: @Sendable () -> Void)
    /// Somebody is told, and ends the process when what was begun is finished.
    case tell(@Sendable () -> Void)
    /// One has come. Another one ends the process at once: committed work is safe in the database,
    /// and somebody is in a hurry.
    case hasCome
  }

  private let meaning = Mutex(Meaning.end {})

  private init() {
    let thread = LoopThread(name: "waybill-signals")
    thread.loop.execute { [loop = thread.loop] in
      _ = Signals([SIGTERM, SIGINT], on: loop) { self.heard($0) }
    }
  }

  /// From now on the first signal ends the process after `cleanUp`, which may take its time.
  func endsProcess(after cleanUp: @escaping @Sendable () -> Void) {
    become(.end(cleanUp: cleanUp))
  }

  /// From now on the first signal is told to `listener`, on a thread that must not wait.
  func isTold(to listener: @escaping @Sendable () -> Void) { become(.tell(listener)) }

  private func become(_ new: Meaning) {
    meaning.withLock { if case .hasCome = $0 {} else { $0 = new } }
  }

  private func heard(_ signal: Int32) {
    let before = meaning.withLock { meaning in
      defer { meaning = .hasCome }
      return meaning
    }
    switch before {
    case .end(let cleanUp):
      LoopThread(name: "waybill-stop").loop.execute {
        cleanUp()
        _exit(128 + signal)
      }
    case .tell(let listener): listener()
    case .hasCome: _exit(130)
    }
  }
}
