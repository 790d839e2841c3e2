package import EventLoop
package import HTTP
import Telemetry

/// Serves sites on one loop. Each loop of a process has its own server, and all share the
/// listeners.
///
/// To be used on its loop only. It serves until it is drained.
package final class Server {
  /// Bytes read from a connection by one system call, and so the most that is kept of pipelined
  /// requests.
  static let readBytesMax = 65_536
  /// An output buffer that has grown beyond this is not kept for the next answer.
  static let keptOutputBytesMax = 1_048_576

  let loop: EventLoop
  let limits: ServerLimits
  /// Shared with the servers of the other loops.
  package let metrics: ServerMetrics
  let observer: ((FinishedRequest) -> Void)?

  /// Whether every answer closes its connection. New connections are still accepted.
  package var closesConnections = false

  private let messageLimits: MessageLimits
  private(set) var encoder: ResponseEncoder
  private var dateEnds: Instant
  private var requestIDs = RequestIDs()
  private var acceptors: [Acceptor] = []
  private var connections: [Connection] = []
  private var handlers = 0
  private var queue: FairQueue<PendingRequest>
  private var draining: Draining?
  private var heldBytes = 0
  /// Bytes sent in the current turn of the loop.
  private var sentInTurn = 0

  // One connection is served at a time, so all connections of the loop share these.
  private var input: [UInt8] = []
  private var output: [UInt8] = []
  private var parser: PartialMessage?

  /// Begins to accept at once. `observer` is called for each request when its answer is written.
  package init(
    loop: EventLoop, sites: [Site], limits: ServerLimits = ServerLimits(),
    messageLimits: MessageLimits = .standard, metrics: ServerMetrics = ServerMetrics(),
    observer: ((FinishedRequest) -> Void)? = nil
  ) {
    self.loop = loop
    self.limits = limits
    self.messageLimits = messageLimits
    self.metrics = metrics
    self.observer = observer
    encoder = ResponseEncoder(unixSeconds: 0)
    dateEnds = loop.now
    queue = FairQueue(
      slots: limits.requestsInFlightMax, waitingMax: limits.waitingMax,
      bytesMax: limits.waitingBytesMax)
    input.reserveCapacity(Self.readBytesMax)
    acceptors = sites.map { Acceptor(site: $0, server: self) }
    for acceptor in acceptors { acceptor.resume() }
  }
}

// MARK: - Draining

extension Server {
  /// How a drain ended.
  package struct DrainReport: Equatable, Sendable {
    /// Connections ended by force; 0 when every answer was sent.
    package let connectionsCut: Int
    /// Handlers that had not returned.
    package let handlersLeft: Int
  }

  private struct Draining {
    let deadline: Timer
    var done: [(DrainReport) -> Void]
    /// Whether all connections have come that other servers had passed on.
    var hasAllConnections = false
  }

  /// Stops accepting, answers every request that was accepted, and ends.
  ///
  /// Idle connections are closed at once, busy ones after their next answer or a moment later.
  /// Those that are left at the drain deadline are ended by force.
  package func drain() async -> DrainReport {
    await withCheckedContinuation { continuation in
      drain { continuation.resume(returning: $0) }
    }
  }

  private func drain(_ done: @escaping (DrainReport) -> Void) {
    if draining != nil {
      draining?.done.append(done)
      return
    }
    let deadline = Timer(on: loop) { [unowned self] in finishDrain() }
    deadline.arm(after: limits.drainDeadline)
    draining = Draining(deadline: deadline, done: [done])
    // Connections that are now accepted from the listeners' queues are drained by `open`.
    for connection in connections { connection.drain() }
    for acceptor in acceptors { acceptor.stop() }
    // What was passed on before is in front of this in the loop's inbox.
    loop.execute { [bound = LoopBound(loop, self)] in
      bound.value.draining?.hasAllConnections = true
      bound.value.finishDrainIfDone()
    }
  }

  private func finishDrainIfDone() {
    guard draining?.hasAllConnections == true else { return }
    if connections.isEmpty, handlers == 0 { finishDrain() }
  }

  private func finishDrain() {
    guard let draining else { return }
    self.draining = nil
    acceptors = []
    draining.deadline.disarm()
    let report = DrainReport(connectionsCut: connections.count, handlersLeft: handlers)
    for connection in connections { connection.cut() }
    for done in draining.done { done(report) }
  }
}

// MARK: - What connections use

extension Server {
  func open(
    _ socket: consuming Socket, from peer: SocketAddress, _ site: Site, _ share: ListenerShare,
    refused: Bool
  ) {
    let connection = Connection(socket, peer: peer, site: site, share: share, server: self)
    connection.index = connections.count
    connections.append(connection)
    connection.start(refused: refused)
    if draining != nil { connection.drain() }
  }

  func remove(_ connection: Connection) {
    let last = connections.removeLast()
    if last !== connection {
      connections[connection.index] = last
      last.index = connection.index
    }
    metrics.connectionsOpen.subtract()
    connection.share.subtract()
    finishDrainIfDone()
  }

  /// Whether a request starts at once, waits or is refused. One that waits is started by
  /// `startWaiting` when its turn comes.
  func admit(_ work: PendingRequest) -> FairQueue<PendingRequest>.Admission {
    let admission = queue.join(work, work.demand, bytes: work.bytes)
    switch admission {
    case .start: countStart()
    case .wait:
      metrics.waits.add()
      metrics.requestsWaiting.add()
    case .refuse: break
    }
    return admission
  }

  /// Starts the requests that wait, as far as there is room.
  func startWaiting() {
    while let work = queue.next() {
      countStart()
      countWait(of: work)
      work.connection.begin(work)
    }
  }

  /// The request was refused, or its client is gone.
  func leave(_ work: PendingRequest) {
    queue.leave(work, work.demand)
    countWait(of: work)
  }

  func requestFinished(_ work: PendingRequest) {
    metrics.requestsInFlight.subtract()
    handlers -= 1
    queue.finished(work.demand)
    startWaiting()
    finishDrainIfDone()
  }

  var isDraining: Bool { draining != nil }

  func followBegan() {
    metrics.streams.add()
    handlers += 1
  }

  func followEnded() {
    metrics.streams.subtract()
    handlers -= 1
    finishDrainIfDone()
  }

  private func countStart() {
    handlers += 1
    metrics.requestsInFlight.add()
  }

  private func countWait(of work: PendingRequest) {
    metrics.requestsWaiting.subtract()
    metrics.waitNanoseconds.add(Int((loop.now - work.exchange.receivedAt).inNanoseconds))
  }

  /// Counts the bytes that connections hold in buffers; false when the limit is passed.
  func addHeldBytes(_ bytes: Int) -> Bool {
    heldBytes += bytes
    guard bytes > 0, heldBytes > limits.heldBytesMax else { return true }
    metrics.connectionsCut.add()
    return false
  }

  /// How many of its `bytes` a connection may send now. The rest waits for the next turn.
  func sendLimit(for bytes: Int) -> Int {
    guard bytes > limits.smallAnswerBytesMax else { return limits.smallAnswerBytesMax }
    return max(
      limits.smallAnswerBytesMax,
      min(limits.sentPerTurnMax, limits.sentInAllPerTurnMax - sentInTurn))
  }

  func countSent(_ bytes: Int) {
    guard bytes > limits.smallAnswerBytesMax else { return }
    if sentInTurn == 0 { loop.atEndOfTurn { self.sentInTurn = 0 } }
    sentInTurn += bytes
  }

  func nextRequestID() -> RequestID { requestIDs.next() }

  /// Brings the Date field of the answers up to date; the wall clock is read once a second.
  func refreshDate() {
    guard loop.now >= dateEnds else { return }
    let wall = loop.wallClock
    encoder.setDate(unixSeconds: wall / 1_000_000_000)
    dateEnds = loop.now + .nanoseconds(1_000_000_000 - wall % 1_000_000_000)
  }

  /// The 503 answer for a connection that gets no `Connection` object.
  func tooManyConnectionsBytes(of site: Site) -> [UInt8] {
    metrics.count(.tooManyConnections)
    refreshDate()
    let id = nextRequestID()
    var bytes: [UInt8] = []
    encoder.append(
      site.errorResponse(.tooManyConnections, nil, id, limits), as: .refusing(nil), id: id,
      to: &bytes)
    return bytes
  }

  func takeInput() -> [UInt8] { Self.take(&input) }
  func takeOutput() -> [UInt8] { Self.take(&output) }

  func giveBack(input buffer: consuming [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    input = buffer
  }

  func giveBack(output buffer: consuming [UInt8]) {
    buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptOutputBytesMax)
    output = buffer
  }

  /// Leaves an empty buffer behind, so that a second caller before `giveBack` gets its own.
  private static func take(_ buffer: inout [UInt8]) -> [UInt8] {
    let taken = buffer
    buffer = []
    return taken
  }

  func takeParser() -> PartialMessage {
    defer { parser = nil }
    return parser ?? PartialMessage(limits: messageLimits)
  }

  func giveBack(_ message: PartialMessage) {
    message.bytesTaken = 0
    if message.parser.phase == .idle { parser = message }
  }
}
