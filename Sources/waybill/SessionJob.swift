import EventLoop
import Postgres

/// Something done again and again on a session of its own. An attempt begins when the one before is
/// over and its pause has passed, so none overlaps the next.
final class SessionJob {
  private let name: String
  private let target: ConnectionString
  private let work: (Session) async throws(PostgresError) -> Duration
  private let failed: (PostgresError) -> Duration
  private let timeout: Duration
  private let loop: EventLoop
  private var timer: Timer?
  private var deadline: Timer?
  private var session: Session?
  private var isStopped = false

  /// Begins after `pause`; the caller is on `loop`.
  ///
  /// - Parameters:
  ///   - name: What the server shows it by, behind ours.
  ///   - timeout: What an attempt may take before its connection is given up.
  ///   - work: One attempt; answers how long to pause.
  ///   - failed: Is told of an attempt that failed, and answers how long to pause.
  init(
    _ name: String, of target: ConnectionString, after pause: Duration = .zero, timeout: Duration,
    on loop: EventLoop, work: @escaping (Session) async throws(PostgresError) -> Duration,
    failed: @escaping (PostgresError) -> Duration
  ) {
    self.name = name
    self.target = target
    self.work = work
    self.failed = failed
    self.timeout = timeout
    self.loop = loop
    timer = Timer(on: loop) { [unowned self] in loop.spawn { await self.run() } }
    deadline = Timer(on: loop) { [unowned self] in session?.close() }
    timer?.arm(after: pause)
  }

  /// Begins no further attempt. What the server has in hand it keeps, all of it or nothing.
  func stop() {
    isStopped = true
    timer?.disarm()
    session?.close()
  }

  private func run() async {
    let pause: Duration
    do throws(PostgresError) {
      pause = try await attempt()
    } catch {
      if isStopped { return }
      pause = failed(error)
    }
    if !isStopped { timer?.arm(after: pause) }
  }

  private func attempt() async throws(PostgresError) -> Duration {
    var settings = PostgresSettings.administration
    settings.applicationName = "waybill \(name)"
    let session = try await Session.open(target, settings: settings, on: loop)
    defer {
      deadline?.disarm()
      session.close()
      self.session = nil
    }
    guard !isStopped else { throw .unavailable(reason: "stopping") }
    self.session = session
    deadline?.arm(after: timeout)
    return try await work(session)
  }
}
