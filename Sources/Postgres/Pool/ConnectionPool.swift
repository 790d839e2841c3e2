import EventLoop
import Telemetry

/// The connections of one loop; performs the actions that `PoolState` decides.
final class ConnectionPool {
  private let loop: EventLoop
  private let target: ConnectionString
  private let settings: PostgresSettings
  private let metrics: PostgresMetrics
  private let connector: Connector
  private var state: PoolState<Waiter>
  private var connections: [Connection?]
  private var timer: Timer?
  private var closing: [UnsafeContinuation<Void, Never>] = []
  /// Whether a mistrusted server is left as soon as its connections are old enough.
  private var willLeave = false
  /// Why the last attempt to connect failed.
  private(set) var lastConnectFailure: PostgresError?
  /// Called for each connection that was opened, before it is used.
  var opened: ((_ isPooled: Bool) -> Void)?

  private enum Waiter {
    case request(Request)
    case lease(LeaseRequest)
  }

  /// A transaction that waits for a connection of its own.
  private final class LeaseRequest {
    var result: Result<Connection, PostgresError>?
    var waiting: UnsafeContinuation<Void, Never>?

    func finish(_ result: Result<Connection, PostgresError>) {
      self.result = result
      waiting?.resume()
    }
  }

  /// Starts to connect; the caller is on `loop`.
  init(
    _ target: ConnectionString, settings: PostgresSettings, metrics: PostgresMetrics,
    on loop: EventLoop
  ) {
    self.loop = loop
    self.target = target
    self.settings = settings
    self.metrics = metrics
    connector = Connector(
      target, settings: settings,
      session: SessionSettings(
        preferred: settings.serverSettings, for: target, scope: settings.scope), on: loop)
    state = PoolState(settings)
    connections = Array(repeating: nil, count: state.slots.count)
    timer = Timer(on: loop) { [self] in perform(state.timePassed(at: loop.now)) }
    perform(state.timePassed(at: loop.now))
  }

  /// Sends a request now, or as soon as a connection is free.
  func submit(_ request: Request) {
    metrics.statements.add()
    let purpose: PoolState<Waiter>.Purpose = request.kind == .read ? .read : .write
    let now = loop.now
    switch state.admit(purpose, isSlow: { connections[$0]?.isSlow(at: now) ?? false }) {
    case .use(let slot): use(slot, for: .request(request))
    case .wait: wait(.request(request), for: purpose)
    case .refuse(let refusal): request.finish(.failure(error(for: refusal)))
    }
  }

  /// A connection for one transaction; to be returned with `release`.
  func lease() async throws(PostgresError) -> Connection {
    let request = LeaseRequest()
    let since = loop.now
    // The state is asked inside the continuation, so that asking and queueing are one step.
    await withUnsafeContinuation { continuation in
      request.waiting = continuation
      switch state.admit(.lease) {
      case .use(let slot): use(slot, for: .lease(request))
      case .wait: wait(.lease(request), for: .lease)
      case .refuse(let refusal): request.finish(.failure(error(for: refusal)))
      }
    }
    metrics.waitNanoseconds.add(Int((loop.now - since).inNanoseconds))
    guard let result = request.result else { throw .unavailable(reason: "no connection") }
    return try result.get()
  }

  /// Returns a connection from `lease`.
  func release(_ connection: Connection) {
    guard let slot = slot(of: connection) else { return }
    perform(state.released(slot: slot))
    metrics.connectionsLeased.set(state.leased)
  }

  /// Replaces a connection whose server takes no writes. A new connection may reach a server that
  /// does. Where only such a server is wanted, the other connections are of no use either.
  func retire(_ slot: Int) {
    let all = target.wantsWritableServer ? Array(connections.indices) : [slot]
    for slot in all { perform(state.retire(slot: slot, at: loop.now)) }
  }

  /// Leaves a server that does not answer, and may no longer be the primary without knowing it,
  /// when a connection to another one is open. Connections that are too young to be replaced
  /// follow.
  private func leaveMistrusted() {
    guard target.wantsWritableServer, let host = connector.mistrusted,
      connections.contains(where: { $0 != nil && $0?.host != host })
    else { return }
    for (slot, connection) in connections.enumerated() where connection?.host == host {
      perform(state.retire(slot: slot, at: loop.now))
    }
    guard !willLeave, connections.contains(where: { $0?.host == host }) else { return }
    willLeave = true
    loop.spawn { [weak self, loop] in
      await loop.pause(for: PostgresLimits.stableAfter)
      self?.willLeave = false
      self?.leaveMistrusted()
    }
  }
}

// MARK: - Actions of the state

extension ConnectionPool {
  private func wait(_ waiter: Waiter, for purpose: PoolState<Waiter>.Purpose) {
    state.enqueue(waiter, for: purpose, at: loop.now)
    metrics.waits.add()
    update()
  }

  private func perform(_ actions: [PoolState<Waiter>.Action]) {
    for action in actions {
      switch action {
      case .connect(let slot): loop.spawn { await self.connect(slot) }
      case .use(let waiter, let slot): use(slot, for: waiter)
      case .refuse(let waiter, let refusal): refuse(waiter, error(for: refusal))
      case .close(let slot): connections[slot]?.close()
      }
    }
    update()
  }

  private func use(_ slot: Int, for waiter: Waiter) {
    guard let connection = connections[slot] else {
      return refuse(waiter, .unavailable(reason: "no connection"))
    }
    switch waiter {
    case .request(let request):
      request.slot = slot
      connection.submit(request)
    case .lease(let request):
      metrics.connectionsLeased.set(state.leased)
      request.finish(.success(connection))
    }
  }

  private func refuse(_ waiter: Waiter, _ error: PostgresError) {
    switch waiter {
    case .request(let request): request.finish(.failure(error))
    case .lease(let request): request.finish(.failure(error))
    }
  }

  private func error(for refusal: PoolState<Waiter>.RefusalReason) -> PostgresError {
    switch refusal {
    case .unavailable:
      lastConnectFailure ?? .unavailable(reason: state.isDraining ? "closing" : "not connected")
    case .queueFull: .queueFull
    case .waitTimeout: .busy
    }
  }

  private func connect(_ slot: Int) async {
    do throws(PostgresError) {
      let link = try await connector.connect()
      guard !state.isDraining else { return }
      let connection = Connection(
        link, slot: slot, answerTimeout: settings.answerTimeout, on: loop)
      connection.owner = self
      connections[slot] = connection
      metrics.connectionsOpened.add()
      opened?(link.isPooled)
      lastConnectFailure = nil
      perform(state.opened(slot: slot, at: loop.now))
      leaveMistrusted()
    } catch {
      metrics.connectFailures.add()
      lastConnectFailure = error
      perform(state.connectFailed(slot: slot, at: loop.now))
    }
  }

  private func slot(of connection: Connection) -> Int? {
    connections[connection.slot] === connection ? connection.slot : nil
  }

  /// Brings the timer and the gauges up to date with the state.
  private func update() {
    metrics.connectionsOpen.set(state.open)
    metrics.breakerOpen.set(state.isBreakerOpen ? 1 : 0)
    metrics.waiting.set(state.waiting)
    let next = state.nextDeadline
    if next == .never { timer?.disarm() } else { timer?.arm(at: next) }
  }
}

// MARK: - Closing

extension ConnectionPool {
  /// Takes no more requests, waits for those that were sent, and closes the connections.
  func close() async {
    perform(state.drain())
    let timeout = Timer(on: loop) { [unowned self] in closeConnections() }
    timeout.arm(after: settings.drainTimeout)
    if !state.isIdle { await withUnsafeContinuation { closing.append($0) } }
    timeout.disarm()
    closeConnections()
  }

  private func closeConnections() {
    timer?.disarm()
    timer = nil
    for connection in connections { connection?.close() }
    finishClosing()
  }

  private func finishClosing() {
    guard state.isDraining, state.isIdle else { return }
    for waiter in closing { waiter.resume() }
    closing = []
  }
}

// MARK: - Events of connections

extension ConnectionPool: ConnectionOwner {
  func finished(on connection: Connection) {
    guard let slot = slot(of: connection) else { return }
    let actions = state.finished(slot: slot)
    if !actions.isEmpty { perform(actions) }
    if state.isDraining { finishClosing() }
  }

  func sendAgain(_ request: Request) {
    metrics.resent.add()
    submit(request)
  }

  func foundReadOnly(_ connection: Connection) {
    guard let slot = slot(of: connection) else { return }
    retire(slot)
  }

  func statementsChanged() {
    for connection in connections { connection?.forgetStatements() }
  }

  func lost(_ connection: Connection, unanswered: [Request], because reason: ConnectionLoss) {
    if case .shared = reason { connector.recheckPooler() }
    if case .overdue = reason { connector.mistrust(connection.host) }
    if let slot = slot(of: connection) {
      connections[slot] = nil
      metrics.connectionsLost.add()
      perform(state.lost(slot: slot, at: loop.now))
    }
    for request in unanswered {
      if request.kind == .read, !request.wasResent, case .broken = reason {
        request.wasResent = true
        sendAgain(request)
      } else {
        request.finish(.failure(reason.error(request.outcome)))
      }
    }
    if state.isDraining { finishClosing() }
  }
}
