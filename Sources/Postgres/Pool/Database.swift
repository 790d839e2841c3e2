package import EventLoop

/// The database as one loop sees it: what repositories and use cases ask.
///
/// Reads share a few pipelined connections; each write goes, alone with its commit, to the write
/// connection that has least to do; a transaction has a connection to itself. It lives on its loop
/// and is only used from there.
package final class Database {
  /// What this loop's connections do, for anybody to read.
  package let metrics: PostgresMetrics
  /// The loop it lives on.
  package let loop: EventLoop
  private let target: ConnectionString
  private let settings: PostgresSettings
  private let connector: Connector
  private var state: PoolState<Waiter>
  private var connections: [Connection?]
  private var timer: Timer?
  private var closing: [UnsafeContinuation<Void, Never>] = []
  /// Why the last attempt to connect failed; for the log and for a readiness probe's operator.
  package private(set) var lastConnectFailure: PostgresError?

  enum Waiter {
    case request(Request)
    case lease(LeaseRequest)
  }

  /// Starts to connect, and lives until it is closed; the caller is on `loop`.
  package init(
    _ target: ConnectionString, settings: PostgresSettings = PostgresSettings(),
    metrics: PostgresMetrics = PostgresMetrics(), on loop: EventLoop
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
    timer = Timer(on: loop) { [self] in obey(state.tick(at: loop.now)) }
    obey(state.tick(at: loop.now))
  }

  /// Whether any connection stands; the answer for a readiness probe, without a round trip.
  package var isReachable: Bool { state.open > 0 && !state.isDraining }

  /// Runs a statement that only reads. It shares its transaction with reads that come at the same
  /// moment, and is sent again, once, when its connection breaks.
  package func read(_ sql: SQL) async throws(PostgresError) -> Rows {
    if let surrounding { return try await surrounding.run(sql) }
    return try await run(Request(sql, .read))
  }

  /// Runs one statement as a transaction of its own; the answer comes when it has been committed.
  package func write(_ sql: SQL) async throws(PostgresError) -> Rows {
    if let surrounding { return try await surrounding.run(sql) }
    return try await run(Request(sql, .write))
  }

  /// Fails when a write would fail: because no connection for writes can be had, or because the
  /// server takes none. Changes nothing.
  package func checkWrites() async throws(PostgresError) {
    let request = Request(
      """
      SELECT pg_catalog.pg_is_in_recovery()
             OR pg_catalog.current_setting('transaction_read_only')::boolean
      """, .write)
    guard try await run(request)[0].bool(0) else { return }
    if let slot = request.slot { retire(slot) }
    throw .refused(.takesNoWrites, reason: "a standby, or set to read only")
  }

  /// The transaction that the calling task is part of, if it is one of this database.
  private var surrounding: Transaction? {
    guard let transaction = UnitOfWork.transaction, transaction.database === self else {
      return nil
    }
    return transaction
  }

  private func run(_ request: Request) async throws(PostgresError) -> Rows {
    do throws(PostgresError) {
      return try await request.answer { submit($0) }
    } catch {
      metrics.count(error)
      throw error
    }
  }

  private func submit(_ request: Request) {
    metrics.statements.add()
    let purpose: PoolState<Waiter>.Purpose = request.kind == .read ? .read : .write
    let now = loop.now
    switch state.ask(purpose, isSlow: { connections[$0]?.isSlow(at: now) ?? false }) {
    case .use(let slot): use(slot, for: .request(request))
    case .wait: wait(.request(request), for: purpose)
    case .refuse(let refusal): request.finish(.failure(error(for: refusal)))
    }
  }
}

// MARK: - Transactions

/// Somebody who wants a connection to himself.
final class LeaseRequest {
  fileprivate var result: Result<Connection, PostgresError>?
  fileprivate var waiting: UnsafeContinuation<Void, Never>?
}

extension Database {
  /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
  ///
  /// When the transaction loses a race (serialization failure, deadlock) or its connection breaks
  /// before the commit, nothing of it remains and `body` runs once more from its start. A
  /// connection that breaks during the commit leaves the outcome unknown, which is an error of its
  /// own: `isOutcomeUnknown`.
  ///
  /// In a task that is part of a transaction already, `body` becomes a part of that one, and only
  /// what it did is undone when it throws.
  package func transaction<Value, Failure: PostgresFailure>(
    _ body: (Transaction) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    if let surrounding {
      return try await surrounding.undoing { () throws(Failure) in try await body(surrounding) }
    }
    var attempt = 1
    while true {
      let transaction: Transaction
      do throws(PostgresError) {
        transaction = Transaction(on: try await lease(), of: self)
      } catch {
        metrics.count(error)
        throw Failure(error)
      }
      metrics.transactions.add()
      let result = await outcome(of: body, in: transaction)
      let failure = await transaction.end(committing: result.isSuccess)
      release(transaction.connection)
      if let failure {
        metrics.count(failure)
        if attempt < settings.transactionAttempts, failure.allowsAnotherRun {
          attempt += 1
          metrics.transactionsRetried.add()
          if failure.isRetryable { await letOthersGoFirst() }
          continue
        }
        if result.isSuccess { throw Failure(failure) }
      }
      return try result.get()
    }
  }

  /// Who runs again at once may take the lock that the winner of the race is only waking up for,
  /// and lose in the same way.
  private func letOthersGoFirst() async {
    let pause = Duration.milliseconds(Int.random(in: PostgresLimits.racePauseMilliseconds))
    await loop.pause(for: pause)
  }

  private func outcome<Value, Failure: PostgresFailure>(
    of body: (Transaction) async throws(Failure) -> Value, in transaction: Transaction
  ) async -> Result<Value, Failure> {
    do throws(Failure) {
      return .success(try await body(transaction))
    } catch {
      return .failure(error)
    }
  }

  private func lease() async throws(PostgresError) -> Connection {
    let request = LeaseRequest()
    let since = loop.now
    // Asking and queueing are one step: a task may be suspended before the continuation runs.
    await withUnsafeContinuation { continuation in
      request.waiting = continuation
      switch state.ask(.lease) {
      case .use(let slot): use(slot, for: .lease(request))
      case .wait: wait(.lease(request), for: .lease)
      case .refuse(let refusal): refuse(.lease(request), error(for: refusal))
      }
    }
    metrics.waitNanoseconds.add(Int((loop.now - since).inNanoseconds))
    guard let result = request.result else { throw .unavailable(reason: "no connection") }
    return try result.get()
  }

  private func release(_ connection: Connection) {
    guard let slot = slot(of: connection) else { return }
    obey(state.released(slot: slot))
    metrics.connectionsLeased.set(state.leased)
  }
}

extension Result {
  fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}

extension PostgresError {
  /// Whether a transaction that failed with this left nothing behind and deserves another run.
  fileprivate var allowsAnotherRun: Bool {
    switch self {
    case .server(let error): isRetryable || error.isStaleStatement
    case .connectionLost(.noEffect, _): true
    default: false
    }
  }
}

// MARK: - The pool

extension Database {
  /// Takes no request any more, waits for what is on the way, and hangs up.
  package func close() async {
    obey(state.drain())
    let timeout = Timer(on: loop) { [unowned self] in hangUp() }
    timeout.arm(after: settings.drainTimeout)
    if !state.isIdle { await withUnsafeContinuation { closing.append($0) } }
    timeout.disarm()
    hangUp()
  }

  private func hangUp() {
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

  private func wait(_ waiter: Waiter, for purpose: PoolState<Waiter>.Purpose) {
    state.enqueue(waiter, for: purpose, at: loop.now)
    metrics.waits.add()
    update()
  }

  private func obey(_ actions: [PoolState<Waiter>.Action]) {
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
      request.result = .success(connection)
      request.waiting?.resume()
    }
  }

  private func refuse(_ waiter: Waiter, _ error: PostgresError) {
    switch waiter {
    case .request(let request): request.finish(.failure(error))
    case .lease(let request):
      request.result = .failure(error)
      request.waiting?.resume()
    }
  }

  private func error(for refusal: PoolState<Waiter>.Refusal) -> PostgresError {
    switch refusal {
    case .unavailable:
      lastConnectFailure ?? .unavailable(reason: state.isDraining ? "closing" : "not connected")
    case .queueFull: .queueFull
    case .waitedTooLong: .busy
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
      lastConnectFailure = nil
      obey(state.opened(slot: slot, at: loop.now))
    } catch {
      metrics.connectFailures.add()
      lastConnectFailure = error
      obey(state.connectFailed(slot: slot, at: loop.now))
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
    let next = state.nextTick
    if next == .never { timer?.disarm() } else { timer?.arm(at: next) }
  }
}

extension Database: ConnectionOwner {
  func finished(on connection: Connection) {
    guard let slot = slot(of: connection) else { return }
    let actions = state.finished(slot: slot)
    if !actions.isEmpty { obey(actions) }
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

  /// The server takes no writes on this connection. A new one may lead to a server that does; where
  /// only such a server is wanted, none of the others is of use either.
  private func retire(_ slot: Int) {
    let all = target.wantsWritableServer ? Array(connections.indices) : [slot]
    for slot in all { obey(state.retire(slot: slot, at: loop.now)) }
  }

  func statementsChanged() {
    for connection in connections { connection?.forgetStatements() }
  }

  func lost(_ connection: Connection, unanswered: [Request], because reason: ConnectionLoss) {
    if case .shared = reason { connector.doubtPooler() }
    if let slot = slot(of: connection) {
      connections[slot] = nil
      metrics.connectionsLost.add()
      obey(state.lost(slot: slot, at: loop.now))
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

extension ConnectionLoss {
  /// What a request that was on the way is told.
  func error(_ outcome: PostgresError.Outcome) -> PostgresError {
    switch self {
    case .broken(let reason): .connectionLost(outcome, reason: reason)
    case .shared: .connectionLost(outcome, reason: "a pooler has lent it to somebody else")
    case .overdue: .timeout(outcome)
    case .closed: .connectionLost(outcome, reason: "closed")
    }
  }
}
