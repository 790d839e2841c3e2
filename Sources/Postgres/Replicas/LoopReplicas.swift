import EventLoop
import Telemetry

/// One loop's connections to the replicas.
final class LoopReplicas {
  let shared: Replicas
  private let loop: EventLoop
  private let pools: [ConnectionPool]
  private var waiting: [UnsafeContinuation<Void, Never>] = []
  private var timer: Timer?
  private var bell: WaitBell?
  /// Every commit on this loop whose position is known was before this; nil before the first.
  private(set) var committed: LogPosition?
  /// How many commits on this loop were acknowledged without their position.
  private(set) var commitsWithoutPosition = 0

  /// The longest time between two looks of a read that waits, should no report come.
  private static let lookPause = Duration.milliseconds(10)

  /// Starts to connect; the caller is on `loop`.
  init(_ shared: Replicas, settings: PostgresSettings, on loop: EventLoop) {
    self.shared = shared
    self.loop = loop
    pools = shared.targets.map {
      ConnectionPool(
        $0.target, settings: .forReads(settings), metrics: PostgresMetrics(), on: loop)
    }
    timer = Timer(on: loop) { [unowned self] in wake() }
    for (index, pool) in pools.enumerated() {
      pool.opened = { isPooled in
        shared.withBoard { $0.opened(index, isPooled: isPooled) }
        shared.hurry()
      }
    }
    let bound = LoopBound(loop, Weak(self))
    let bell = WaitBell(loop) { bound.value.replicas?.wake() }
    shared.add(bell)
    self.bell = bell
  }

  private struct Weak {
    weak var replicas: LoopReplicas?
    init(_ replicas: LoopReplicas) { self.replicas = replicas }
  }

  /// Waits for the requests that were sent, and closes the connections.
  func close() async {
    if let bell { shared.remove(bell) }
    for pool in pools { await pool.close() }
    timer?.disarm()
    wake()
  }

  /// A commit was acknowledged; nil when it is not known where.
  func noteCommit(at position: LogPosition?) {
    guard let position else {
      commitsWithoutPosition += 1
      return
    }
    committed = committed?.advanced(to: position) ?? position
    let now = loop.currentTime
    shared.withBoard { $0.committed(at: position, now) }
  }
}

// MARK: - Reading

extension LoopReplicas {
  /// The answer of a replica to a statement that only reads; nil when the primary is to be asked.
  func read(_ sql: SQL, in request: RequestReads) async -> Rows? {
    switch await place(of: request) {
    case .primary(let reason):
      shared.figures.toPrimary[reason].add()
      return nil
    case .replica(let index, let generation):
      let rows = try? await Request(sql, .read).answer { pools[index].submit($0) }
      let isUsable = shared.withBoard {
        $0.finished(
          request.reader, on: index, generation: generation, succeeded: rows != nil)
      }
      guard isUsable, let rows else {
        shared.figures.replicas[index].failures.add()
        shared.figures.toPrimary[.failed].add()
        return nil
      }
      shared.figures.replicas[index].reads.add()
      request.usedCopy = true
      return rows
    }
  }

  /// The answer of a replica that stands in for the primary; nil when none does. One that has just
  /// come back may have no connection of this loop yet.
  func readOfStandIn(_ sql: SQL) async -> Rows? {
    let now = loop.currentTime
    for (index, generation) in shared.withBoard({ $0.standIns(at: now) }) {
      let rows = try? await Request(sql, .read).answer { pools[index].submit($0) }
      if let rows, shared.withBoard({ $0.replicas[index].generation == generation }) {
        shared.figures.replicas[index].reads.add()
        return rows
      }
      shared.figures.replicas[index].failures.add()
    }
    return nil
  }

  private enum Place {
    case primary(ReplicaBoard.Reason)
    case replica(Int, generation: Int)
  }

  private func place(of request: RequestReads) async -> Place {
    var begin: Instant?
    var need: ReplicaBoard.Need?
    defer {
      if let begin { endWait(since: begin) }
    }
    while true {
      let now = loop.currentTime
      switch shared.plan(for: request.reader, wanting: request.wanted, &need, at: now) {
      case .primary(let reason): return .primary(reason)
      case .read(let index, let generation): return .replica(index, generation: generation)
      case .wait(let reason):
        if begin == nil { shared.beginWait() }
        let since = begin ?? now
        begin = since
        guard now - since < ReplicaBoard.waitMax else { return .primary(reason) }
        await waitForReport()
      }
    }
  }

  /// Waits until the primary shows all that replicas have shown the reader until now, but not for
  /// long.
  func settle(_ reader: Int) async {
    var ahead = shared.withBoard { $0.aheadOfPrimary(reader) }
    guard !ahead.isEmpty else { return }
    let begin = loop.currentTime
    shared.beginWait()
    defer { endWait(since: begin) }
    repeat {
      await waitForReport()
      ahead = shared.withBoard { [ahead] in $0.stillAhead(ahead) }
      if ahead.isEmpty { return }
    } while loop.currentTime - begin < ReplicaBoard.settleMax
    shared.withBoard { [ahead] in $0.stopWaiting(reader, for: ahead) }
  }

  private func endWait(since begin: Instant) {
    shared.endWait()
    shared.figures.waits.add()
    shared.figures.waitNanoseconds.add(Int((loop.currentTime - begin).inNanoseconds))
  }

  private func waitForReport() async {
    await withUnsafeContinuation { continuation in
      waiting.append(continuation)
      bell?.want()
      if timer?.isArmed == false { timer?.arm(after: Self.lookPause) }
    }
  }

  private func wake() {
    let woken = waiting
    waiting = []
    for continuation in woken { continuation.resume() }
  }
}

extension PostgresSettings {
  /// The settings for a replica: no connections for writes, and hardly any waiting, because the
  /// primary can be asked instead.
  fileprivate static func forReads(_ settings: PostgresSettings) -> PostgresSettings {
    var reads = settings
    reads.writeConnections = 0
    reads.preparesStatements = true
    reads.waitTimeout = .milliseconds(100)
    return reads
  }
}
