import EventLoop
import Synchronization
import Telemetry

/// The replicas of the primary, as all loops of the process share them.
package final class Replicas: Sendable {
  /// The replicas as reads connect to them, each with a name for metrics and logs.
  let targets: [(name: String, target: ConnectionString)]
  package let figures: ReplicaFigures
  private let board: Mutex<ReplicaBoard>
  /// Reads that wait for a report.
  private let waiting = Atomic(0)
  /// When a read was planned last, in nanoseconds.
  private let usedAt = Atomic<Int64>(.min)
  private let bells = Mutex<[WaitBell]>([])
  private let alarm = Mutex<(@Sendable () -> Void)?>(nil)

  /// The servers of a connection string, each as a replica of its own. A replica that is behind by
  /// more than `lagMax` is not used.
  package init(_ servers: ConnectionString, lagMax: Duration) {
    targets = servers.each.map { (name: $0.serverName, target: $0) }
    figures = ReplicaFigures(names: targets.map(\.name))
    board = Mutex(ReplicaBoard(count: targets.count, lagMax: lagMax))
  }

  func withBoard<Value: Sendable>(_ body: (inout sending ReplicaBoard) -> Value) -> Value {
    board.withLock { body(&$0) }
  }

  /// Where a read goes. `need` is nil at its first look, and found out then.
  func plan(
    for key: Int, wanting wanted: LogPosition?, _ need: inout ReplicaBoard.Need?, at now: Instant
  ) -> ReplicaBoard.Plan {
    usedAt.store(now.nanoseconds, ordering: .relaxed)
    let (plan, found) = withBoard { [need] board in
      let need = need ?? board.need(of: key, wanting: wanted)
      return (board.plan(for: key, need, at: now), need)
    }
    need = found
    return plan
  }

  /// Brings the figures that are measured, and not counted, up to date; tells the names of the
  /// replicas and why some are not used.
  func measure(at now: Instant) -> [(name: String, trouble: ReplicaBoard.Trouble?)] {
    let measured = board.withLock { board in
      board.replicas.indices.map { (board.trouble(of: $0, at: now), board.lag(of: $0, at: now)) }
    }
    for (figures, (trouble, lag)) in zip(figures.replicas, measured) {
      figures.used.set(trouble == nil ? 1 : 0)
      figures.lag.set(Int(lag.inNanoseconds / 1_000_000))
    }
    return zip(targets, measured).map { ($0.name, $1.0) }
  }
}

// MARK: - Waiting for reports

extension Replicas {
  /// How soon the servers are to be asked again.
  func pace(at now: Instant) -> Duration {
    if waiting.load(ordering: .relaxed) > 0 { return .milliseconds(2) }
    let used = usedAt.load(ordering: .relaxed)
    return now.nanoseconds < used.addingReportingOverflow(1_000_000_000).partialValue
      ? .milliseconds(20) : .milliseconds(200)
  }

  func beginWait() {
    if waiting.add(1, ordering: .relaxed).oldValue == 0 { hurry() }
  }

  func endWait() { waiting.subtract(1, ordering: .relaxed) }

  /// Has the servers asked at once.
  func hurry() { alarm.withLock { $0 }?() }

  /// Sets what asks the servers at once; called on any thread.
  func onHurry(_ action: (@Sendable () -> Void)?) { alarm.withLock { $0 = action } }

  func add(_ bell: WaitBell) { bells.withLock { $0.append(bell) } }

  func remove(_ bell: WaitBell) { bells.withLock { $0.removeAll { $0 === bell } } }

  /// Lets the reads that wait look again.
  func announce() {
    for bell in bells.withLock({ $0 }) { bell.ring() }
  }
}

/// Wakes what waits on one loop; from any thread.
final class WaitBell: Sendable {
  private let loop: EventLoop
  private let isWanted = Atomic(false)
  private let wake: @Sendable () -> Void

  init(_ loop: EventLoop, wake: @escaping @Sendable () -> Void) {
    self.loop = loop
    self.wake = wake
  }

  /// Something waits.
  func want() { isWanted.store(true, ordering: .relaxed) }

  func ring() {
    if isWanted.exchange(false, ordering: .relaxed) { loop.execute(wake) }
  }
}
