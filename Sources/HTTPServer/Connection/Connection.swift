import EventLoop
import HTTP
import Telemetry

/// One accepted socket; performs the actions that its `ConnectionState` decides.
///
/// An idle connection owns no buffer and no parser; for a request it borrows the server's.
final class Connection: Watcher {
  /// Nil once the connection has ended.
  var link: WatchedSocket?
  private let peer: SocketAddress
  private let site: Site
  /// The share of the listener that the connection counts in.
  let share: ListenerShare
  let server: Server
  // Accesses to these never overlap, as nothing that their methods call comes back to the
  // connection. The run-time check for that is left out, as in `EventLoop`.
  @exclusivity(unchecked) private var state: ConnectionState
  /// The parser that holds part of a message.
  private var message: PartialMessage?
  /// Bytes that were read after the current request.
  @exclusivity(unchecked) private var unread: [UInt8] = []
  /// What the system has not taken yet of the answers.
  @exclusivity(unchecked) var unsent = Outgoing()
  /// How many bytes of these buffers were reported to the server.
  @exclusivity(unchecked) private var heldBytes = 0
  /// The request that an asynchronous handler is working on, or that waits for its turn.
  private(set) var inFlight: PendingRequest?
  /// The request whose answer waits for what happens elsewhere, or is a stream.
  var following: Following?
  var siteName: String { site.name }
  /// The index in the server's list of connections.
  var index = 0

  init(
    _ socket: consuming Socket, peer: SocketAddress, site: Site, share: ListenerShare,
    server: Server
  ) {
    self.peer = peer
    self.site = site
    self.share = share
    self.server = server
    state = ConnectionState(acceptedAt: server.loop.now)
    link = WatchedSocket(socket, on: server.loop, for: .read, self) { [unowned self] in expire() }
  }

  /// Begins to read; a refused connection is only told that there are too many.
  func start(refused: Bool) {
    perform(refused ? .answerError(.tooManyConnections) : .wait)
  }

  func ready(_ events: IOEvents) {
    if !events.isDisjoint(with: .failed) {
      perform(event(.ended))
    } else if events.contains(.write) {
      var nothing: [UInt8] = []
      perform(flush(&nothing))
    } else {
      receive()
    }
  }

  func drain() {
    following?.endSoon()
    perform(event(.drain))
  }

  /// Ends the connection whatever its state is.
  func cut() { perform(event(.ended)) }

  func event(_ event: ConnectionState.Event) -> ConnectionState.Action {
    state.event(event, at: server.loop.now, server.limits)
  }

  func perform(_ first: ConnectionState.Action) {
    var action = first
    while true {
      switch action {
      case .wait: return waitForEvents()
      case .next, .lastRead:
        if !unread.isEmpty {
          action = answerUnread()
        } else if let begunMessage {
          action = report(begunMessage)
        } else {
          action = action == .next ? .wait : readOnce() ?? event(.ended)
        }
      case .answerError(let error): action = answerError(error)
      case .linger:
        link?.socket.shutdownWriting()
        action = .wait
      case .close: return release()
      }
    }
  }

  /// Watches for what the current phase needs, and arms its deadline.
  private func waitForEvents() {
    guard holdsWithinLimits() else { return perform(event(.ended)) }
    link?.watch.change(to: wanted)
    // Most deadlines move away while the timer is armed; it is armed again only for an earlier one.
    guard let timer = link?.timer else { return }
    let deadline = state.deadline(server.limits)
    if !timer.isArmed || deadline < timer.deadline { timer.arm(at: deadline) }
  }

  /// What the current phase waits for.
  private var wanted: IOEvents {
    guard unsent.isEmpty else { return .write }
    // While a request takes long, at most one read of what follows it is kept.
    let readsOn = state.phase == .waiting || state.phase == .following
    return readsOn && !unread.isEmpty ? [] : .read
  }

  /// Reports to the server how many bytes the connection holds; false when the limit is passed.
  private func holdsWithinLimits() -> Bool {
    let bytes = unsent.heldBytes + unread.count + (message?.bytesTaken ?? 0)
    defer { heldBytes = bytes }
    return bytes == heldBytes || server.addHeldBytes(bytes - heldBytes)
  }

  private func expire() {
    let deadline = state.deadline(server.limits)
    guard deadline <= server.loop.now else {
      link?.timer.arm(at: deadline)
      return
    }
    switch state.phase {
    case .fresh, .idle: server.metrics.timeouts[.idle].add()
    case .sending: server.metrics.timeouts[.send].add()
    default: break
    }
    perform(event(.expired))
  }

  /// Closes the socket, and lets go of all that the connection holds.
  private func release() {
    guard link != nil else { return }
    link = nil
    // A handler is not cancelled: its work is not undone because the client is gone.
    if let inFlight, inFlight.isWaiting { server.leave(inFlight) }
    inFlight = nil
    following?.cancel()
    following = nil
    message = nil
    unread = []
    unsent = Outgoing()
    _ = holdsWithinLimits()
    server.remove(self)
  }
}

// MARK: - Reading

extension Connection {
  private func receive() {
    switch state.phase {
    // Nothing is read meanwhile. The watch is changed only now: most clients send nothing.
    case .handling: link?.watch.change(to: [])
    case .waiting, .following: perform(readWhileBusy())
    case .lingering: perform(discard())
    default: perform(readOnce() ?? .wait)
    }
  }

  /// Reads once and answers the requests that came; nil when nothing came.
  private func readOnce() -> ConnectionState.Action? {
    var bytes = server.takeInput()
    defer { server.giveBack(input: bytes) }
    return switch link?.socket.receive(appendingTo: &bytes, limit: Server.readBytesMax) {
    case .bytes: answer(requestsIn: bytes)
    case .nothing, nil: nil
    case .end, .failed: event(.ended)
    }
  }

  /// Reads while a request takes long, to know when the client is gone.
  private func readWhileBusy() -> ConnectionState.Action {
    switch link?.socket.receive(appendingTo: &unread, limit: Server.readBytesMax) {
    case .bytes, .nothing, nil: .wait
    case .end, .failed: event(.ended)
    }
  }

  private func discard() -> ConnectionState.Action {
    var bytes = server.takeInput()
    defer { server.giveBack(input: bytes) }
    return switch link?.socket.receive(appendingTo: &bytes, limit: Server.readBytesMax) {
    case .bytes(let count): event(.discarded(count))
    case .nothing, nil: .wait
    case .end, .failed: event(.ended)
    }
  }

  private func answerUnread() -> ConnectionState.Action {
    let bytes = unread
    unread = []
    return answer(requestsIn: bytes)
  }

  /// The message that has arrived in part; an empty line is no message (RFC 9112 section 2.2).
  private var begunMessage: PartialMessage? { message?.parser.phase == .idle ? nil : message }

  private func report(_ message: PartialMessage) -> ConnectionState.Action {
    event(.partial(bodyBytes: message.bodyBytes))
  }

  /// Answers requests until the bytes end, a handler has to wait, or the peer stops reading.
  private func answer(requestsIn bytes: [UInt8]) -> ConnectionState.Action {
    let message = self.message ?? server.takeParser()
    self.message = nil
    var out = server.takeOutput()
    defer { server.giveBack(output: out) }
    var offset = 0
    var start = 0
    var isPartial = false
    var goesOn = true
    while goesOn, offset < bytes.count {
      isPartial = false
      start = offset
      switch message.parser.consume(bytes.span, from: &offset) {
      case .needMore:
        isPartial = true
      case .continueExpected:
        isPartial = true
        out += ResponseEncoder.continueBytes
      case .request(let request):
        goesOn = answer(request, into: &out)
      case .rejected(let rejection):
        let request = message.parser.unfinished
        write(.rejected(rejection), to: request, newExchange(request), into: &out)
        goesOn = false
      }
      // Nothing can be written behind a large body until the body has been sent.
      if out.count >= server.limits.unsentBytesMax || !unsent.isEmpty, transmit(&out) != .all {
        goesOn = false
      }
    }
    if !state.closesAfterAnswer { unread = Array(bytes[offset...]) }
    if isPartial {
      message.bytesTaken += offset - start
      self.message = message
      // While an earlier answer is still to be sent, the message is reported after that.
      if state.phase != .handling, let begunMessage { _ = report(begunMessage) }
    } else {
      server.giveBack(message)
    }
    return flush(&out)
  }
}

// MARK: - Answering

extension Connection {
  private func newExchange(_ request: Request? = nil) -> Exchange {
    Exchange(
      id: request.flatMap(RequestID.init(of:)) ?? server.nextRequestID(), peer: peer,
      receivedAt: server.loop.now)
  }

  /// Answers, or starts the asynchronous handler. True when the next request may be read.
  private func answer(_ request: Request, into out: inout [UInt8]) -> Bool {
    let exchange = newExchange(request)
    _ = event(.request(isLast: !request.keepAlive))
    let reply = site.answer(request, exchange)
    if case .now(let response, let route) = reply {
      write(response, to: request, exchange, route: route, into: &out)
      return !state.closesAfterAnswer
    }
    if case .follow(let route, let handler) = reply {
      follow(Following(request, exchange, route: route), handler)
      return false
    }
    let work = PendingRequest(request, exchange, reply, on: self)
    switch server.admit(work) {
    case .start:
      inFlight = work
      run(work)
    case .wait:
      inFlight = work
      work.isWaiting = true
      _ = event(.waits)
      server.startWaiting()
    case .refuse:
      write(.tooManyWaiting, to: request, exchange, route: work.route, into: &out)
      return !state.closesAfterAnswer
    }
    return false
  }

  /// The turn of a request that waited has come.
  func begin(_ work: PendingRequest) {
    work.isWaiting = false
    _ = event(.started)
    run(work)
  }

  private func run(_ work: PendingRequest) {
    switch work.reply {
    case .now, .follow: break
    case .later(_, _, let handler):
      server.loop.spawn { self.finish(work, await handler()) }
    case .never(let handler):
      server.loop.spawn {
        await handler()
        if self.inFlight === work { self.cut() }
        self.server.requestFinished(work)
      }
    }
  }

  private func finish(_ work: PendingRequest, _ response: Response) {
    if inFlight === work {
      inFlight = nil
      var out = server.takeOutput()
      write(response, to: work.request, work.exchange, route: work.route, into: &out)
      let action = flush(&out)
      server.giveBack(output: out)
      perform(action)
    } else if !work.isAnswered {
      server.metrics.answersDropped.add()
      report(response, to: work.request, work.exchange, route: work.route, bytesOut: 0)
    }
    server.requestFinished(work)
  }

  /// Answers in place of a handler; the connection ends after this answer, unless the request was
  /// still waiting for its turn.
  private func answerError(_ error: HTTPServerError) -> ConnectionState.Action {
    var out = server.takeOutput()
    defer { server.giveBack(output: out) }
    inFlight?.isAnswered = true
    if let inFlight, inFlight.isWaiting { server.leave(inFlight) }
    let request = inFlight?.request ?? message?.parser.unfinished
    write(
      error, to: request, inFlight?.exchange ?? newExchange(request), route: inFlight?.route,
      into: &out)
    inFlight = nil
    if !error.keepsConnection {
      message = nil
      unread = []
    }
    return flush(&out)
  }

  private func write(
    _ error: HTTPServerError, to request: Request?, _ exchange: Exchange, route: String? = nil,
    into out: inout [UInt8]
  ) {
    server.metrics.count(error)
    let response = site.errorResponse(error, request, exchange.id, server.limits)
    write(response, to: request, exchange, route: route, error: error, into: &out)
    // Even a sender that asked to close may still be sending, so the connection has to linger.
    if response.closesConnection { _ = event(.lastAnswer) }
  }

  func write(
    _ response: Response, to request: Request?, _ exchange: Exchange, route: String? = nil,
    error: HTTPServerError? = nil, into out: inout [UInt8]
  ) {
    var response = response
    if state.isDraining || server.closesConnections { response.closesConnection = true }
    let framing = request.map(ResponseEncoder.Framing.init(answering:)) ?? .refusing(nil)
    let start = out.count
    server.refreshDate()
    let bodyBytesMax = server.limits.copiedBytes(of: response.body.count)
    if !server.encoder.append(
      response, as: framing, id: exchange.id, bodyBytesMax: bodyBytesMax, to: &out),
      request?.keepAlive != false
    {
      _ = event(.lastAnswer)
    }
    var bytesOut = out.count - start
    if response.body.count > bodyBytesMax, framing.sendsBody(of: response) {
      unsent.append(body: response.body, from: bodyBytesMax, isKept: response.isBodyKept)
      bytesOut += response.body.count - bodyBytesMax
    }
    report(response, to: request, exchange, route: route, error: error, bytesOut: bytesOut)
  }

  private func report(
    _ response: Response, to request: Request?, _ exchange: Exchange, route: String?,
    error: HTTPServerError? = nil, bytesOut: Int
  ) {
    let duration = server.loop.currentTime - exchange.receivedAt
    server.observer?(
      FinishedRequest(
        request: request, exchange: exchange, site: site.name, route: route,
        caller: response.caller, status: response.status, serverError: error, bytesOut: bytesOut,
        duration: duration, answeredAfter: duration, ending: .complete))
  }
}
