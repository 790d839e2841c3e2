import CPQ
import EventLoop

/// Told by a connection what happens on it.
protocol ConnectionOwner: AnyObject {
  /// A request is no longer on the connection.
  func finished(on connection: Connection)
  /// A request was not executed, through no fault of its own.
  func sendAgain(_ request: Request)
  /// What statements were prepared for has changed, on this connection and so on the others.
  func statementsChanged()
  /// The server takes no writes on this connection.
  func foundReadOnly(_ connection: Connection)
  /// The connection is gone, and these have no answer.
  func lost(_ connection: Connection, unanswered: [Request], because reason: ConnectionLoss)
}

/// Why a connection is no more.
enum ConnectionLoss {
  case broken(String)
  /// A pooler gave what was prepared on it to somebody else.
  case shared
  case overdue
  case closed
}

/// One connection in pipeline mode: many statements on the way at once, each with an answer of its
/// own. It does what `ConnectionState` decides; the state knows nothing of libpq.
final class Connection: Watcher {
  let loop: EventLoop
  /// Its place in the pool.
  let slot: Int
  private let link: Link
  private let answerTimeout: Duration
  private var state = ConnectionState<Request>()
  private var statements = StatementCache()
  private var parameters = ParameterBuffer()
  private var watch: Watch?
  private var deadline: Timer?
  private var willSync = false
  /// Answers the requests that the connection cannot; kept until the connection is gone. A weak
  /// reference here would make every count of references to the owner a slow one.
  var owner: (any ConnectionOwner)?
  /// Told of each notification, if anybody listens here.
  var notified: ((_ channel: String, _ payload: String) -> Void)?

  /// Takes over a connection that stands.
  init(_ link: Link, slot: Int = 0, answerTimeout: Duration, on loop: EventLoop) {
    self.link = link
    self.slot = slot
    self.loop = loop
    self.answerTimeout = answerTimeout
    let entered = PQenterPipelineMode(link.raw)
    assert(entered == 1, "a new connection is idle")
    watch = loop.watch(PQsocket(link.raw), for: .read, self)
    deadline = Timer(on: loop) { [unowned self] in checkDeadline() }
  }

  var isDead: Bool { state.isDead }

  /// Whether the server lets us wait so long that others should be asked first.
  func isSlow(at now: Instant) -> Bool {
    state.isOverdue(after: PostgresLimits.slowAfter, at: now)
  }

  /// Prepares every statement anew at its next use.
  func forgetStatements() { statements.forgetAll() }

  /// What goes before the first statement of a transaction.
  var transactionSettings: SQL? { link.atTransactionStart }

  /// Ends the connection; who still waits is told.
  func close() { lose(.closed) }
}

// MARK: - Sending

extension Connection {
  /// Sends a request; `opening`, BEGIN or a savepoint, goes before it in the same packet.
  func submit(_ request: Request, opening: [SQL] = []) {
    guard !state.isDead else {
      return refuse(request)
    }
    do throws(PostgresError) {
      try parameters.fill(with: request.sql.values)
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
    guard !state.isDead, send(request, statement) else { return refuse(request) }
    request.statement = statement
    state.sent(request, request.kind.delivery, at: loop.now)
    if request.kind == .read { syncAtEndOfTurn() } else { sync() }
    if !state.isDead, deadline?.isArmed == false { deadline?.arm(after: answerTimeout) }
  }

  /// Sends a statement without parameters whose failure shows in what follows it.
  private func sendOpening(_ sql: SQL, _ statement: PreparedStatement?) -> Bool {
    let sent =
      if let statement {
        PQsendQueryPrepared(link.raw, statement.name, 0, nil, nil, nil, 0)
      } else {
        PQsendQueryParams(link.raw, sql.rendered().text, 0, nil, nil, nil, nil, 0)
      }
    guard sent == 1 else { return false }
    state.sentOpening(at: loop.now)
    return true
  }

  /// libpq would not take it: the connection is broken, and this request was never sent.
  private func refuse(_ request: Request) {
    let owner = owner
    lose(.broken(link.message))
    if let owner, request.kind == .read || request.kind == .write, !request.wasResent {
      request.wasResent = true
      owner.sendAgain(request)
    } else {
      request.finish(.failure(.connectionLost(.noEffect, reason: "broken before sending")))
    }
  }

  private func send(_ request: Request, _ statement: PreparedStatement?) -> Bool {
    guard let statement else { return sendUnprepared(request.sql) }
    return parameters.withPointers { count, values, lengths, formats in
      PQsendQueryPrepared(link.raw, statement.name, count, values, lengths, formats, 0)
    } == 1
  }

  private func sendUnprepared(_ sql: SQL) -> Bool {
    let (text, types) = sql.rendered()
    return parameters.withPointers { count, values, lengths, formats in
      PQsendQueryParams(link.raw, text, count, types.map(\.oid), values, lengths, formats, 0)
    } == 1
  }

  /// The statement's name on this connection, prepared under way if it is new.
  ///
  /// The preparation has a Sync of its own, so that it neither fails with a neighbour nor makes
  /// one fail.
  private func prepared(_ sql: SQL) -> PreparedStatement? {
    if let statement = statements.find(sql) { return statement }
    guard link.keepsStatements, let statement = statements.add(sql) else { return nil }
    if state.hasOpenBatch { sync() }
    let (text, types) = sql.rendered()
    let sent = PQsendPrepare(
      link.raw, statement.name, text, Int32(types.count), types.map(\.oid))
    guard sent == 1 else { return statement }
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

  /// Ends the batch and sends what libpq has gathered.
  private func sync() {
    guard !state.isDead, PQpipelineSync(link.raw) == 1 else {
      return lose(.broken(link.message))
    }
    state.sentSync(at: loop.now)
    flush()
  }

  private func flush() {
    switch PQflush(link.raw) {
    case 0: watch?.change(to: .read)
    case 1: watch?.change(to: [.read, .write])
    default: lose(.broken(link.message))
    }
  }
}

// MARK: - Receiving

extension Connection {
  func ready(_ readiness: Readiness) {
    if readiness.contains(.write) { flush() }
    guard !state.isDead else { return }
    let isIntact = PQconsumeInput(link.raw) == 1
    takeReplies()
    if let notified { takeNotifications(notified) }
    if !isIntact { lose(.broken(link.message)) }
  }

  private func takeReplies() {
    // libpq gives nothing (nil) after each statement's result; twice in a row means it has no more.
    var isExhausted = false
    while !state.isDead, state.owesReply, PQisBusy(link.raw) == 0 {
      if let result = PQgetResult(link.raw) {
        isExhausted = false
        take(result)
      } else if isExhausted {
        return
      } else {
        isExhausted = true
      }
    }
  }

  private func take(_ result: OpaquePointer) {
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      obey(.success, .success(Rows(result)))
    case PGRES_PIPELINE_SYNC:
      PQclear(result)
      obey(.sync, nil)
    case PGRES_PIPELINE_ABORTED:
      PQclear(result)
      obey(.skipped, .failure(.connectionLost(.noEffect, reason: "skipped by the server")))
    default:
      let error = ServerError(result)
      let text = String(cString: PQresultErrorMessage(result))
      PQclear(result)
      // With a fatal error the server hangs up: nobody else will get an answer either.
      guard let error, !error.isFatal else { return lose(.broken(text)) }
      obey(.failure, .failure(.server(error)))
    }
  }

  private func obey(
    _ reply: ConnectionState<Request>.Reply, _ result: Result<Rows, PostgresError>?
  ) {
    // libpq flushes when it reads, so a statement can fail before its batch has a Sync; what was
    // added behind it now would be skipped again and again.
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
      statements.forget(statement)
    case .violation: lose(.broken("a reply nobody asked for"))
    }
  }

  private func answer(_ request: Request, _ result: Result<Rows, PostgresError>?) {
    guard var result else { return lose(.broken("a reply without a result")) }
    if case .failure(.server(let error)) = result {
      if error.state == .readOnlyTransaction { owner?.foundReadOnly(self) }
      if error.state == .invalidStatementName, link.isPooled { return loseShared(with: request) }
    }
    if case .failure(.server(let error)) = result, error.isStaleStatement,
      let statement = request.statement
    {
      if let failure = statement.failure {
        result = .failure(failure)
      } else {
        if statements.holds(statement) { owner?.statementsChanged() }
        if !request.wasResent, request.kind != .step {
          request.wasResent = true
          return submit(request)
        }
      }
    }
    request.finish(result)
    owner?.finished(on: self)
  }

  private func takeNotifications(_ notified: (String, String) -> Void) {
    while !state.isDead, let notification = PQnotifies(link.raw) {
      defer { PQfreemem(notification) }
      let (channel, payload) = (notification.pointee.relname, notification.pointee.extra)
      notified(
        channel.map { String(cString: $0) } ?? "", payload.map { String(cString: $0) } ?? "")
    }
  }
}

// MARK: - Ending

extension Connection {
  private func checkDeadline() {
    if state.isOverdue(after: answerTimeout, at: loop.now) { return lose(.overdue) }
    if let owedSince = state.owedSince { deadline?.arm(at: owedSince + answerTimeout) }
  }

  /// The request was not executed: the server that got it does not know its statement.
  private func loseShared(with request: Request) {
    let owner = owner
    owner?.finished(on: self)
    lose(.shared)
    request.finish(.failure(ConnectionLoss.shared.error(.noEffect)))
  }

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
  /// Whether it is, or may be, the first statement of a transaction that nobody has told to begin.
  fileprivate var beginsTransaction: Bool {
    switch self {
    case .read, .write: true
    case .step, .commit: false
    }
  }

  fileprivate var delivery: ConnectionState<Request>.Delivery {
    switch self {
    case .read: .batched
    case .step: .alone
    case .write, .commit: .committed
    }
  }
}
