import CPQ
import EventLoop

/// One connection in pipeline mode: many statements are in flight at once, and each gets its own
/// answer. `ConnectionState` decides what to do and knows nothing about libpq; `StatementPipe`
/// calls libpq and decides nothing.
final class Connection: Watcher {
  let loop: EventLoop
  /// Its index in the pool.
  let slot: Int
  private let answerTimeout: Duration
  private var pipe: StatementPipe
  private var state = ConnectionState<Request>()
  private var watch: Watch?
  private var deadline: Timer?
  private var willSync = false
  /// Nil once the connection has ended. Not a weak reference, because that would slow down all
  /// reference counting of the owner.
  var owner: (any ConnectionOwner)?
  /// Called for each notification.
  var notified: ((_ channel: String, _ payload: String) -> Void)?

  /// Takes over an established connection.
  init(_ link: Link, slot: Int = 0, answerTimeout: Duration, on loop: EventLoop) {
    self.slot = slot
    self.loop = loop
    self.answerTimeout = answerTimeout
    pipe = StatementPipe(link)
    watch = loop.watch(PQsocket(link.raw), for: .read, self)
    deadline = Timer(on: loop) { [unowned self] in checkDeadline() }
  }

  /// Whether an answer has been outstanding for so long that other connections are preferred.
  func isSlow(at now: Instant) -> Bool {
    state.isOverdue(after: PostgresLimits.slowAfter, at: now)
  }

  /// Prepares every statement anew at its next use.
  func forgetStatements() { pipe.forgetAll() }

  /// The server that it was opened to.
  var host: ConnectionString.Host { pipe.link.host }

  /// The statement to send before the first statement of a transaction.
  var transactionSettings: SQL? { pipe.link.atTransactionStart }

  /// Ends the connection; requests without an answer fail.
  func close() { lose(.closed) }
}

// MARK: - Sending

extension Connection {
  /// Sends a request; `opening` (BEGIN or savepoints) is sent before it in the same packet.
  func submit(_ request: Request, opening: [SQL] = []) {
    guard !state.isDead else { return refuse(request) }
    do throws(PostgresError) {
      try pipe.fill(with: request.sql.values)
    } catch {
      request.finish(.failure(error))
      owner?.finished(on: self)
      return
    }
    let statement = prepared(request.sql)
    let first = opening.map { ($0, prepared($0)) }
    if request.kind != .read, state.hasOpenBatch { sync() }
    if request.kind.beginsTransaction, !state.hasOpenBatch, let settings = transactionSettings {
      guard sendOpening(settings, nil) else { return refuse(request) }
    }
    for (sql, statement) in first {
      guard sendOpening(sql, statement) else { return refuse(request) }
    }
    guard send(request, as: statement) else { return refuse(request) }
    if request.kind == .read { syncAtEndOfTurn() } else { sync() }
    armDeadline()
    if request.wantsPosition { submitPosition(behind: request) }
  }

  /// Sends the last statement of a transaction, and its COMMIT in the same packet. If the statement
  /// fails, so does COMMIT.
  func submit(_ last: Request, thenCommit commit: Request) {
    guard !state.isDead else { return refuse(commit) }
    do throws(PostgresError) {
      try pipe.fill(with: last.sql.values)
    } catch {
      last.finish(.failure(error))
      return commit.finish(.failure(error))
    }
    // Both names first: a preparation has a Sync of its own, and none may come between the two.
    let statements = (prepared(last.sql), prepared(commit.sql))
    if state.hasOpenBatch { sync() }
    guard send(last, as: statements.0), pipe.sendPlain(commit.sql, as: statements.1) else {
      return refuse(commit)
    }
    sent(commit, as: statements.1)
    sync()
    armDeadline()
    if commit.wantsPosition { submitPosition(behind: commit) }
  }

  /// Sends a request with the parameters that were filled in; false when the connection is broken.
  private func send(_ request: Request, as statement: PreparedStatement?) -> Bool {
    guard !state.isDead, pipe.send(request.sql, as: statement) else { return false }
    sent(request, as: statement)
    return true
  }

  private func sent(_ request: Request, as statement: PreparedStatement?) {
    request.statement = statement
    state.sent(request, request.kind.delivery, at: loop.now)
  }

  private func armDeadline() {
    if !state.isDead, deadline?.isArmed == false { deadline?.arm(after: answerTimeout) }
  }

  /// Asks for the position of the log, after the commit of the request and in the same session. A
  /// request that is sent again gets a new answer.
  private func submitPosition(behind request: Request) {
    let position = Request(LogPosition.query, .position)
    request.position = position
    submit(position)
  }

  /// Sends a statement without parameters. If it fails, the statement after it fails as well.
  private func sendOpening(_ sql: SQL, _ statement: PreparedStatement?) -> Bool {
    guard pipe.sendPlain(sql, as: statement) else { return false }
    state.sentOpening(at: loop.now)
    return true
  }

  /// The connection is broken, and this request was never sent.
  private func refuse(_ request: Request) {
    let owner = owner
    loseBroken()
    if let owner, request.kind == .read || request.kind == .write, !request.wasResent {
      request.wasResent = true
      owner.sendAgain(request)
    } else {
      request.finish(.failure(.connectionLost(.noEffect, reason: "broken before sending")))
    }
  }

  /// The name of a statement on this connection; a new one is prepared first.
  ///
  /// The preparation has its own Sync, so that no other statement fails with it.
  private func prepared(_ sql: SQL) -> PreparedStatement? {
    if let statement = pipe.prepared(sql) { return statement }
    guard let statement = pipe.newStatement(for: sql) else { return nil }
    if state.hasOpenBatch { sync() }
    guard pipe.sendPreparation(of: sql, as: statement) else { return statement }
    state.sentPreparation(statement, at: loop.now)
    sync()
    return statement
  }

  private func syncAtEndOfTurn() {
    guard !willSync else { return }
    willSync = true
    loop.atEndOfTurn { [self] in
      willSync = false
      if state.hasOpenBatch { sync() }
    }
  }

  /// Ends the batch and sends what libpq has buffered.
  private func sync() {
    guard !state.isDead, pipe.sendSync() else { return loseBroken() }
    state.sentSync(at: loop.now)
    flush()
  }

  private func flush() {
    switch pipe.flush() {
    case .all: watch?.change(to: .read)
    case .some: watch?.change(to: [.read, .write])
    case nil: loseBroken()
    }
  }
}

// MARK: - Receiving

extension Connection {
  func ready(_ events: IOEvents) {
    if events.contains(.write) { flush() }
    guard !state.isDead else { return }
    let isIntact = pipe.read()
    while !state.isDead, state.owesReply, let reply = pipe.nextReply() { take(reply) }
    if let notified {
      while !state.isDead, let (channel, payload) = pipe.nextNotification() {
        notified(channel, payload)
      }
    }
    if !isIntact { loseBroken() }
  }

  private func take(_ received: StatementPipe.Received) {
    switch received {
    case .rows(let rows): handle(.success, .success(rows))
    case .failure(let error): handle(.failure, .failure(.server(error)))
    case .sync: handle(.sync, nil)
    case .skipped:
      handle(.skipped, .failure(.connectionLost(.noEffect, reason: "skipped by the server")))
    case .end(let reason): lose(.broken(reason))
    }
  }

  private func handle(
    _ reply: ConnectionState<Request>.Reply, _ result: Result<Rows, PostgresError>?
  ) {
    // libpq flushes when it reads, so a statement can fail before its batch has a Sync. The server
    // would skip whatever is added to that batch.
    if reply == .failure, state.hasOpenBatch { sync() }
    switch state.received(reply, at: loop.now) {
    case .nothing: break
    case .answer(let request): answer(request, result)
    case .hold(let request): request.held = try? result?.get()
    case .release(let request):
      request.held?.isCommitted = true
      answer(request, request.held.map { .success($0) })
    case .sendAgain(let request):
      owner?.finished(on: self)
      owner?.sendAgain(request)
    case .unprepared(let statement):
      if case .failure(let error) = result { statement.failure = error }
      pipe.forget(statement)
    case .violation: lose(.broken("a reply nobody asked for"))
    }
  }

  private func answer(_ request: Request, _ result: Result<Rows, PostgresError>?) {
    guard var result else { return lose(.broken("a reply without a result")) }
    if case .failure(.server(let error)) = result {
      if error.state == .readOnlyTransaction { owner?.foundReadOnly(self) }
      if error.state == .invalidStatementName, pipe.link.isPooled {
        return loseShared(with: request)
      }
    }
    if case .failure(.server(let error)) = result, error.isStaleStatement,
      let statement = request.statement
    {
      if let failure = statement.failure {
        result = .failure(failure)
      } else {
        if pipe.holds(statement) { owner?.statementsChanged() }
        if !request.wasResent, request.kind != .step {
          request.wasResent = true
          return submit(request)
        }
      }
    }
    request.finish(result)
    if request.kind != .position { owner?.finished(on: self) }
  }
}

// MARK: - Ending

extension Connection {
  private func checkDeadline() {
    if state.isOverdue(after: answerTimeout, at: loop.now) { return lose(.overdue) }
    if let outstandingSince = state.outstandingSince {
      deadline?.arm(at: outstandingSince + answerTimeout)
    }
  }

  /// The request was not executed: the server that got it does not know its statement.
  private func loseShared(with request: Request) {
    let owner = owner
    owner?.finished(on: self)
    lose(.shared)
    request.finish(.failure(ConnectionLoss.shared.error(.noEffect)))
  }

  private func loseBroken() { lose(.broken(pipe.link.message)) }

  private func lose(_ reason: ConnectionLoss) {
    guard !state.isDead else { return }
    watch?.cancel()
    watch = nil
    deadline?.disarm()
    let unanswered = state.lost()
    owner?.lost(self, unanswered: unanswered, because: reason)
    owner = nil
    notified = nil
  }
}

extension Request.Kind {
  /// Whether it is, or may be, the first statement of a transaction without BEGIN.
  fileprivate var beginsTransaction: Bool {
    switch self {
    case .read, .write: true
    case .step, .commit, .position: false
    }
  }

  fileprivate var delivery: ConnectionState<Request>.Delivery {
    switch self {
    case .read: .batched
    case .step, .position: .alone
    case .write, .commit: .committed
    }
  }
}
