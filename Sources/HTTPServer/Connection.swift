import EventLoop
import HTTP
import Telemetry

/// One accepted socket: does what its `ConnectionState` says.
///
/// At rest it owns no buffer and no parser; what it needs for a request it borrows from the server.
final class Connection: Watcher {
  private let socket: Socket
  private let peer: SocketAddress
  private let site: Site
  private let server: Server
  private var state: ConnectionState
  private var watch: Watch?
  private var timer: Timer?
  /// The parser that holds part of a message.
  private var message: PartialMessage?
  /// What has been read behind the request in hand.
  private var unread: [UInt8] = []
  /// What the system did not take of the answers.
  private var unsent: [UInt8] = []
  private var unsentFrom = 0
  /// Bytes of all these that the server has been told of.
  private var heldBytes = 0
  /// The request an asynchronous handler is working on.
  private var inFlight: InFlight?
  /// Where the server keeps this connection.
  var place = 0

  /// A parser in the middle of a message.
  final class PartialMessage {
    var parser: RequestParser
    /// Bytes that went into the message so far.
    var bytesTaken = 0

    init(limits: MessageLimits) { parser = RequestParser(limits: limits) }

    var bodyBytes: Int? {
      if case .body(let bytesReceived) = parser.phase { bytesReceived } else { nil }
    }
  }

  private final class InFlight {
    let request: Request
    let exchange: Exchange
    let route: String?
    var isRefused = false

    init(_ request: Request, _ exchange: Exchange, route: String?) {
      self.request = request
      self.exchange = exchange
      self.route = route
    }
  }

  init(_ socket: Socket, peer: SocketAddress, site: Site, server: Server) {
    self.socket = socket
    self.peer = peer
    self.site = site
    self.server = server
    state = ConnectionState(acceptedAt: server.loop.now)
  }

  /// Begins to read; or, when there are too many connections, only to say so.
  func start(refused: Bool) {
    timer = Timer(on: server.loop) { [unowned self] in expire() }
    watch = server.loop.watch(socket.descriptor, for: .read, self)
    obey(refused ? .refuse(.tooManyConnections) : .wait)
  }

  func ready(_ readiness: Readiness) {
    if !readiness.isDisjoint(with: .failed) {
      obey(event(.ended))
    } else if readiness.contains(.write) {
      var nothing: [UInt8] = []
      obey(flush(&nothing))
    } else {
      receive()
    }
  }

  func drain() { obey(event(.drain)) }

  /// Ends the connection whatever it is doing.
  func cut() { obey(event(.ended)) }

  private func event(_ event: ConnectionState.Event) -> ConnectionState.Action {
    state.event(event, at: server.loop.now, server.limits)
  }

  private func obey(_ first: ConnectionState.Action) {
    var action = first
    while true {
      switch action {
      case .wait: return rest()
      case .next, .lastLook:
        if !unread.isEmpty {
          action = answerUnread()
        } else if let begun {
          action = report(begun)
        } else {
          action = action == .next ? .wait : look() ?? event(.ended)
        }
      case .refuse(let refusal): action = refuse(refusal)
      case .linger:
        socket.shutdownWriting()
        action = .wait
      case .close: return close()
      }
    }
  }

  /// Waits for what the phase waits for.
  private func rest() {
    guard holdsWithinLimits() else { return obey(event(.ended)) }
    watch?.change(to: unsent.isEmpty ? .read : .write)
    // Deadlines mostly move away while the timer is armed: it is moved only if one comes closer.
    guard let timer else { return }
    let deadline = state.deadline(server.limits)
    if !timer.isArmed || deadline < timer.deadline { timer.arm(at: deadline) }
  }

  /// Reports what the connection keeps in memory; false when the server keeps too much by that.
  private func holdsWithinLimits() -> Bool {
    let bytes = unsent.count + unread.count + (message?.bytesTaken ?? 0)
    defer { heldBytes = bytes }
    return bytes == heldBytes || server.hold(bytes - heldBytes)
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
    obey(event(.expired))
  }

  private func close() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    timer?.disarm()
    timer = nil
    socket.close()
    // The handler goes on: what it does is not undone because nobody listens.
    inFlight = nil
    message = nil
    unread = []
    unsent = []
    _ = holdsWithinLimits()
    server.remove(self)
  }
}

// MARK: - Reading

extension Connection {
  private func receive() {
    switch state.phase {
    // Nothing is read while a request is in hand: what came waits in the kernel, and so does its
    // sender. The interest is dropped only now, because most clients send nothing meanwhile.
    case .handling: watch?.change(to: [])
    case .lingering: obey(discard())
    default: obey(look() ?? .wait)
    }
  }

  /// Reads once and answers what came; nil when nothing did.
  private func look() -> ConnectionState.Action? {
    var bytes = server.takeInput()
    defer { server.giveBack(input: bytes) }
    return switch socket.receive(appendingTo: &bytes, limit: Server.readBytesMax) {
    case .bytes: answer(requestsIn: bytes)
    case .nothing: nil
    case .end, .failed: event(.ended)
    }
  }

  private func discard() -> ConnectionState.Action {
    var bytes = server.takeInput()
    defer { server.giveBack(input: bytes) }
    return switch socket.receive(appendingTo: &bytes, limit: Server.readBytesMax) {
    case .bytes(let count): event(.discarded(count))
    case .nothing: .wait
    case .end, .failed: event(.ended)
    }
  }

  private func answerUnread() -> ConnectionState.Action {
    let bytes = unread
    unread = []
    return answer(requestsIn: bytes)
  }

  /// The message whose beginning has come. An empty line is none (RFC 9112 section 2.2).
  private var begun: PartialMessage? { message?.parser.phase == .idle ? nil : message }

  private func report(_ message: PartialMessage) -> ConnectionState.Action {
    event(.partial(bodyBytes: message.bodyBytes))
  }

  /// Answers requests until the bytes end, one has to wait, or the peer does not read its answers.
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
        put(.rejected(rejection), to: request, newExchange(request), into: &out)
        goesOn = false
      }
      if out.count >= server.limits.unsentBytesMax, transmit(&out) != .all { goesOn = false }
    }
    if !state.closesAfterAnswer { unread = Array(bytes[offset...]) }
    if isPartial {
      message.bytesTaken += offset - start
      self.message = message
      // Behind an answer that is still to be sent, the message begins when that has gone.
      if state.phase != .handling, let begun { _ = report(begun) }
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

  /// Answers, or hands the request to its handler; whether the next one may be looked at.
  private func answer(_ request: Request, into out: inout [UInt8]) -> Bool {
    let exchange = newExchange(request)
    _ = event(.request(isLast: !request.keepAlive))
    switch site.answer(request, exchange) {
    case .now(let response, let route):
      put(response, to: request, exchange, route: route, into: &out)
    case .later(let route, let handler):
      guard let work = begin(request, exchange, route: route, into: &out) else { break }
      server.loop.spawn { self.finish(work, await handler()) }
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

  /// Takes the request in hand; nil when there are too many, which has been answered.
  private func begin(
    _ request: Request, _ exchange: Exchange, route: String?, into out: inout [UInt8]
  ) -> InFlight? {
    guard server.admitRequest() else {
      put(.tooManyRequests, to: request, exchange, into: &out)
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
      put(response, to: work.request, work.exchange, route: work.route, into: &out)
      let action = flush(&out)
      server.giveBack(output: out)
      obey(action)
    } else if !work.isRefused {
      server.metrics.answersDropped.add()
      report(response, to: work.request, work.exchange, route: work.route, bytesOut: 0)
    }
    server.requestFinished()
  }

  /// Answers in the handler's place and for the last time.
  private func refuse(_ refusal: Refusal) -> ConnectionState.Action {
    var out = server.takeOutput()
    defer { server.giveBack(output: out) }
    inFlight?.isRefused = true
    let request = inFlight?.request ?? message?.parser.unfinished
    put(refusal, to: request, inFlight?.exchange ?? newExchange(request), into: &out)
    inFlight = nil
    message = nil
    unread = []
    return flush(&out)
  }

  private func put(
    _ refusal: Refusal, to request: Request?, _ exchange: Exchange, into out: inout [UInt8]
  ) {
    server.metrics.count(refusal)
    let response = site.refusal(refusal, request, exchange.id, server.limits)
    put(response, to: request, exchange, refusal: refusal, into: &out)
    // A sender that asked for the end may not have come to the end of what it sends.
    if response.close { _ = event(.lastAnswer) }
  }

  private func put(
    _ response: Response, to request: Request?, _ exchange: Exchange, route: String? = nil,
    refusal: Refusal? = nil, into out: inout [UInt8]
  ) {
    var response = response
    if state.isDraining || server.closesConnections { response.close = true }
    let framing = request.map(ResponseEncoder.Framing.init(answering:)) ?? .refusing(nil)
    let start = out.count
    server.refreshDate()
    if !server.encoder.append(response, as: framing, id: exchange.id, to: &out),
      request?.keepAlive != false
    {
      _ = event(.lastAnswer)
    }
    report(
      response, to: request, exchange, route: route, refusal: refusal,
      bytesOut: out.count - start)
  }

  private func report(
    _ response: Response, to request: Request?, _ exchange: Exchange, route: String?,
    refusal: Refusal? = nil, bytesOut: Int
  ) {
    server.observer?(
      FinishedRequest(
        request: request, exchange: exchange, site: site.name, route: route,
        caller: response.caller, status: response.status, refusal: refusal, bytesOut: bytesOut,
        duration: server.loop.currentTime - exchange.receivedAt))
  }
}

// MARK: - Sending

extension Connection {
  private enum Transmission: Equatable { case all, part(progress: Bool), broken }

  /// Sends what is put out; what the system does not take is kept.
  private func transmit(_ out: inout [UInt8]) -> Transmission {
    if unsent.isEmpty {
      guard !out.isEmpty else { return .all }
      guard let count = socket.send(out, from: 0) else { return .broken }
      if count < out.count { unsent = Array(out[count...]) }
      out.removeAll(keepingCapacity: true)
      return unsent.isEmpty ? .all : .part(progress: count > 0)
    }
    unsent += out
    out.removeAll(keepingCapacity: true)
    guard let count = socket.send(unsent, from: unsentFrom) else { return .broken }
    unsentFrom += count
    guard unsentFrom == unsent.count else { return .part(progress: count > 0) }
    unsent = []
    unsentFrom = 0
    return .all
  }

  private func flush(_ out: inout [UInt8]) -> ConnectionState.Action {
    let transmission = transmit(&out)
    if transmission == .broken { return event(.ended) }
    // Answers to requests before the one in hand: how far they got decides nothing yet.
    guard inFlight == nil else { return .wait }
    if case .part(let progress) = transmission { return event(.blocked(progress: progress)) }
    return event(.sent)
  }
}
