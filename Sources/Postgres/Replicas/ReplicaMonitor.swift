package import EventLoop

/// Finds out, for all loops of the process, where the primary is and how far each replica is
/// behind. Lives on one loop.
package final class ReplicaMonitor {
  /// Told when a replica comes into use, or goes out of it for a reason.
  package typealias Listener = (_ replica: String, _ trouble: String?) -> Void

  /// A replica is reported unusable only after this long: a new connection, say, puts it out of use
  /// for some milliseconds.
  private static let quietTime = Duration.seconds(1)
  /// The shortest time between two connections to the same server, as reads that wait have it asked
  /// every 2 ms.
  private static let renewalPause = Duration.milliseconds(200)

  private let replicas: Replicas
  private let loop: EventLoop
  private let target: ConnectionString
  private let listener: Listener
  private var sleepers: [Sleeper] = []
  private var running = 0
  private var isStopping = false
  private var stopped: [UnsafeContinuation<Void, Never>] = []
  private var told: [String: Told] = [:]

  /// A monitor that is not started.
  package init(
    _ replicas: Replicas, primary target: ConnectionString, on loop: EventLoop,
    listener: @escaping Listener = { _, _ in }
  ) {
    self.replicas = replicas
    self.target = target
    self.loop = loop
    self.listener = listener
  }

  /// Begins to ask the servers; to be called on the loop.
  package func start() {
    let bound = LoopBound(loop, Weak(self))
    replicas.onHurry { [loop] in loop.execute { bound.value.monitor?.hurry() } }
    watch(target) { await self.samplePrimary(with: $0) }
    for (index, replica) in replicas.targets.enumerated() {
      watch(replica.target) { await self.ask(index, with: $0) }
    }
  }

  /// Stops asking, and closes the connections.
  package func stop() async {
    replicas.onHurry(nil)
    isStopping = true
    hurry()
    if running > 0 { await withUnsafeContinuation { stopped.append($0) } }
  }

  private struct Weak {
    weak var monitor: ReplicaMonitor?
    init(_ monitor: ReplicaMonitor) { self.monitor = monitor }
  }

  /// Asks one server again and again. `ask` returns whether the connection can be kept.
  private func watch(
    _ target: ConnectionString, _ ask: @escaping (Database) async -> Bool
  ) {
    running += 1
    let sleeper = Sleeper(on: loop)
    sleepers.append(sleeper)
    loop.spawn { [self] in
      var server = Database(target, settings: .forMonitor, on: loop)
      var renewedAt = loop.currentTime
      while !isStopping {
        if await !ask(server), loop.currentTime - renewedAt >= Self.renewalPause {
          renewedAt = loop.currentTime
          await server.close()
          server = Database(target, settings: .forMonitor, on: loop)
        }
        replicas.announce()
        tellChanges()
        guard !isStopping else { break }
        await sleeper.sleep(for: replicas.pace(at: loop.currentTime))
      }
      await server.close()
      running -= 1
      guard running == 0 else { return }
      for continuation in stopped { continuation.resume() }
      stopped = []
    }
  }

  private func hurry() { for sleeper in sleepers { sleeper.wake() } }

  private func samplePrimary(with server: Database) async -> Bool {
    let number = replicas.withBoard { $0.beginSample() }
    let begin = loop.currentTime
    do throws(PostgresError) {
      let report = try PrimaryReport(try await server.read(PrimaryReport.query)[0])
      return replicas.withBoard { $0.sampled(report, number: number, at: begin) }
    } catch {
      // A standby that answers has no log of its own. The next connection may reach the primary.
      return error.serverError == nil
    }
  }

  private func ask(_ index: Int, with server: Database) async -> Bool {
    let (begun, running) = replicas.withBoard { ($0.beginReport(index), $0.running) }
    let begin = loop.currentTime
    do throws(PostgresError) {
      let rows = try await server.read(ReplicaReport.query(running: running))
      let report = try ReplicaReport(rows[0])
      replicas.withBoard { $0.reported(index, report, begun, at: begin) }
    } catch {
      replicas.withBoard { $0.failed(index) }
    }
    return true
  }

  private func tellChanges() {
    let now = loop.currentTime
    for (name, trouble) in replicas.measure(at: now) {
      var state = told[name] ?? Told()
      state.since = trouble == nil ? nil : state.since ?? now
      let isNews = state.last != .some(trouble)
      if isNews, state.since.map({ now - $0 >= Self.quietTime }) ?? true {
        state.last = .some(trouble)
        listener(name, trouble?.rawValue)
      }
      told[name] = state
    }
  }

  /// What was told of a replica.
  private struct Told {
    /// The last that was told; nil when nothing was.
    var last: ReplicaBoard.Trouble??
    /// Since when it is of no use.
    var since: Instant?
  }
}

/// A pause that can be cut short.
private final class Sleeper {
  private var timer: Timer?
  private var sleeping: UnsafeContinuation<Void, Never>?

  init(on loop: EventLoop) { timer = Timer(on: loop) { [unowned self] in wake() } }

  func sleep(for pause: Duration) async {
    await withUnsafeContinuation { continuation in
      sleeping = continuation
      timer?.arm(after: pause)
    }
  }

  func wake() {
    timer?.disarm()
    sleeping?.resume()
    sleeping = nil
  }
}

extension PostgresSettings {
  /// One connection, and little patience: the next question is worth more than a late answer.
  fileprivate static var forMonitor: PostgresSettings {
    var settings = PostgresSettings()
    (settings.readConnections, settings.writeConnections) = (1, 0)
    settings.statementTimeout = .milliseconds(500)
    settings.waitTimeout = .milliseconds(500)
    settings.applicationName = "waybill replicas"
    return settings
  }
}
