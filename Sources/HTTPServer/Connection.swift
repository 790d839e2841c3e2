import EventLoop
import HTTP
import Telemetry

/// One accepted socket; performs the actions that its `ConnectionState` decides.
///
/// An idle connection owns no buffer and no parser; for a request it borrows the server's.
final class Connection: Watcher {
  /// Nil once the connection is closed.
  var socket: Socket?
  private let peer: SocketAddress
  private let site: Site
  let server: Server
  private var state: ConnectionState
  private var watch: Watch?
  private var timer: Timer?
  /// The parser that holds part of a message.
  private var message: PartialMessage?
  /// Bytes that were read after the current request.
  private var unread: [UInt8] = []
  /// What the system has not taken yet of the answers.
  var unsent = Outgoing()
  /// How many bytes of these buffers were reported to the server.
  private var heldBytes = 0
  /// The request that an asynchronous handler is working on.
  private var inFlight: InFlight?
  /// The request whose answer waits for what happens elsewhere, or is a stream.
  var following: Following?
  var siteName: String { site.name }
  /// The index in the server's list of connections.
  var index = 0

  private final class InFlight {
    let request: Request
    let exchange: Exchange
    let route: String?
    var isAnswered = false

    init(_ request: Request, _ exchange: Exchange, route: String?) {
      self.request = request
      self.exchange = exchange
      self.route = route
    }
  }

  init(_ socket: consuming Socket, peer: SocketAddress, site: Site, server: Server) {
    self.socket = consume socket
    self.peer = peer
    self.site = site
    self.server = server
    state = ConnectionState(acceptedAt: server.loop.now)
  }

  /// Begins to read; a refused connection is only told that there are too many.
  func start(refused: Bool) {
    guard let descriptor = socket?.descriptor else { return }
    timer = Timer(on: server.loop) { [unowned self] in expire() }
    watch = server.loop.watch(descriptor, for: .read, self)
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
        socket?.shutdownWriting()
        action = .wait
      case .close: return close()
      }
    }
  }

  /// Watches for what the current phase needs, and arms its deadline.
  private func waitForEvents() {
    guard holdsWithinLimits() else { return perform(event(.ended)) }
    watch?.change(to: wanted)
    // Most deadlines move away while the timer is armed; it is armed again only for an earlier one.
    guard let timer else { return }
    let deadline = state.deadline(server.limits)
    if !timer.isArmed || deadline < timer.deadline { timer.arm(at: deadline) }
  }

  /// What the current phase waits for.
  private var wanted: IOEvents {
    guard unsent.isEmpty else { return .write }
    // Of what follows a request that takes long, one read is kept.
    return state.phase == .following && !unread.isEmpty ? [] : .read
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
      timer?.arm(at: deadline)
      return
    }
    switch state.phase {
    case .fresh, .idle: server.metrics.timeouts[.idle].add()
    case .sending: server.metrics.timeouts[.send].add()
    default: break
    }
    perform(event(.expired))
  }

  private func close() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    timer?.disarm()
    timer = nil
    socket = nil
    // The handler is not cancelled: its work is not undone because the client is gone.
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
    case .handling: watch?.change(to: [])
    case .following: perform(readOn())
    case .lingering: perform(discard())
    default: perform(readOnce() ?? .wait)
    }
  }

  /// Reads once and answers the requests that came; nil when nothing came.
  private func readOnce() -> ConnectionState.Action? {
    var bytes = server.takeInput()
    defer { server.giveBack(input: bytes) }
    return switch socket?.receive(appendingTo: &bytes, limit: Server.readBytesMax) {
    case .bytes: answer(requestsIn: bytes)
    case .nothing, nil: nil
    case .end, .failed: event(.ended)
    }
  }

  /// Reads while a request takes long, to know when the client is gone.
  private func readOn() -> ConnectionState.Action {
    switch socket?.receive(appendingTo: &unread, limit: Server.readBytesMax) {
    case .bytes, .nothing, nil: .wait
    case .end, .failed: event(.ended)
    }
  }

  private func discard() -> ConnectionState.Action {
    var bytes = server.takeInput()
    defer { server.giveBack(input: bytes) }
    return switch socket?.receive(appendingTo: &bytes, limit: Server.readBytesMax) {
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

  /// The message of which a part has come; an empty line is none (RFC 9112 section 2.2).
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
      // Nothing can be written behind a large body before that is sent.
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
    switch site.answer(request, exchange) {
    case .now(let response, let route):
      write(response, to: request, exchange, route: route, into: &out)
    case .later(let route, let handler):
      guard let work = begin(request, exchange, route: route, into: &out) else { break }
      server.loop.spawn { self.finish(work, await handler()) }
      return false
    case .follow(let route, let handler):
      follow(Following(request, exchange, route: route), handler)
      return false
    case .never(let handler):
      guard let work = begin(request, exchange, route: nil, into: &out) else { break }
      server.loop.spawn {
        await handler()
        self.giveUp(work)
      }
      return false
    }
    return !state.closesAfterAnswer
  }

  /// Counts the request as in flight; nil when there are too many, and then it has been answered.
  private func begin(
    _ request: Request, _ exchange: Exchange, route: String?, into out: inout [UInt8]
  ) -> InFlight? {
    guard server.admitRequest() else {
      write(.tooManyRequests, to: request, exchange, into: &out)
      return nil
    }
    let work = InFlight(request, exchange, route: route)
    inFlight = work
    return work
  }

  private func giveUp(_ work: InFlight) {
    if inFlight === work { cut() }
    server.requestFinished()
  }

  private func finish(_ work: InFlight, _ response: Response) {
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
    server.requestFinished()
  }

  /// Answers in place of a handler; the connection ends after this answer.
  private func answerError(_ error: HTTPServerError) -> ConnectionState.Action {
    var out = server.takeOutput()
    defer { server.giveBack(output: out) }
    inFlight?.isAnswered = true
    let request = inFlight?.request ?? message?.parser.unfinished
    write(error, to: request, inFlight?.exchange ?? newExchange(request), into: &out)
    inFlight = nil
    message = nil
    unread = []
    return flush(&out)
  }

  private func write(
    _ error: HTTPServerError, to request: Request?, _ exchange: Exchange, into out: inout [UInt8]
  ) {
    server.metrics.count(error)
    let response = site.errorResponse(error, request, exchange.id, server.limits)
    write(response, to: request, exchange, error: error, into: &out)
    // Even a sender that asked to close may still be sending, so the connection has to linger.
    if response.close { _ = event(.lastAnswer) }
  }

  func write(
    _ response: Response, to request: Request?, _ exchange: Exchange, route: String? = nil,
    error: HTTPServerError? = nil, into out: inout [UInt8]
  ) {
    var response = response
    if state.isDraining || server.closesConnections { response.close = true }
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

// MARK: - Sending

extension Connection {
  /// Sends the answers, as much of them as the peer takes and this turn of the loop allows.
  private func transmit(_ out: inout [UInt8]) -> Outgoing.Transmission {
    guard !out.isEmpty || !unsent.isEmpty else { return .all }
    let limit = server.sendLimit(for: out.count + unsent.count)
    return unsent.send(&out, limit: limit) { bytes, offset, limit in
      let count = socket?.send(bytes, from: offset, limit: limit)
      if let count { server.countSent(count) }
      return count
    }
  }

  func flush(_ out: inout [UInt8]) -> ConnectionState.Action {
    let transmission = transmit(&out)
    if transmission == .broken { return event(.ended) }
    // These were answers to earlier requests; the phase is decided by the request in flight.
    guard inFlight == nil else { return .wait }
    guard case .part(let progress, let isBlocked) = transmission else {
      following?.sent()
      return event(.sent)
    }
    // A peer that has to wait for its turn is not to blame.
    return event(.blocked(progress: progress || !isBlocked))
  }
}
