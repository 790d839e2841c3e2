import EventLoop
import Glibc
import HTTP

/// One socket to an origin; performs the actions that the `ExchangeState` of its request decides.
final class ClientConnection: Watcher {
  typealias Outcome = Result<ClientResponse, HTTPClientError>

  /// Bytes taken from the socket by one system call.
  private static let readBytesMax = 16_384

  let origin: Origin
  /// Nil once the connection has ended.
  private var link: WatchedSocket?
  private let client: HTTPClient
  /// The current request; nil while the connection is idle.
  private var exchange: Exchange?

  private struct Exchange {
    var state: ExchangeState
    var parser: ResponseParser
    let bytes: [UInt8]
    var sent = 0
    let done: (Outcome) -> Void
  }

  /// Begins to connect; nil when no descriptor is left.
  init?(to address: SocketAddress, _ origin: Origin, _ client: HTTPClient) {
    guard let socket = Socket(for: address) else { return nil }
    socket.sendAtOnce()
    // The result is not needed: the socket also reports a connection that fails at once later.
    _ = socket.connect(to: address)
    self.origin = origin
    self.client = client
    link = WatchedSocket(socket, on: client.loop, for: .write, self) { [unowned self] in expire() }
  }

  /// Sends a request; calls `done` once with the result.
  func start(
    _ bytes: [UInt8], _ parser: ResponseParser, isReused: Bool, end: Instant,
    done: @escaping (Outcome) -> Void
  ) {
    let state = ExchangeState(isReused: isReused, end: end, at: client.loop.now)
    exchange = Exchange(state: state, parser: parser, bytes: bytes, done: done)
    if isReused { write() }
    armTimer()
  }

  func cancel() { event(.cancelled) }

  /// Whether the idle connection can be used: the server has sent nothing and has not closed it.
  var isFresh: Bool {
    var bytes: [UInt8] = []
    return link?.socket.receive(appendingTo: &bytes, limit: 1) == .nothing
  }

  /// Ends the idle connection.
  func end() { link = nil }

  func ready(_ events: IOEvents) {
    guard let state = exchange?.state else {
      // Bytes on an idle connection are no answer to a request, so it cannot be used any more.
      client.forget(self)
      return end()
    }
    if state.isConnecting {
      let error = link?.socket.pendingError ?? 0
      return event(error == 0 ? .connected : .connectFailed(errno: error))
    }
    if events != .write { read() }
    if exchange?.state.isWriting == true, events.contains(.write) { write() }
  }

  private func event(_ event: ExchangeState.Event, _ response: ClientResponse? = nil) {
    guard let action = exchange?.state.event(event, at: client.loop.now) else { return }
    switch action {
    case .write: write()
    case .read: link?.watch.change(to: .read)
    case .readAndWrite: link?.watch.change(to: [.read, .write])
    case .fail(let error): finish(.failure(error), keep: false)
    case .finish(let keep): if let response { finish(.success(response), keep: keep) }
    }
    armTimer()
  }

  private func finish(_ outcome: Outcome, keep: Bool) {
    guard let done = exchange?.done else { return }
    exchange = nil
    if keep {
      link?.watch.change(to: .read)
      client.keep(self)
    } else {
      end()
    }
    done(outcome)
  }

  private func write() {
    guard let exchange else { return }
    guard let count = link?.socket.send(exchange.bytes, from: exchange.sent) else {
      return event(.writeFailed)
    }
    self.exchange?.sent += count
    event(.wrote(count, left: exchange.bytes.count - exchange.sent - count))
  }

  private func read() {
    var bytes: [UInt8] = []
    switch link?.socket.receive(appendingTo: &bytes, limit: Self.readBytesMax) {
    case .nothing, nil: break
    case .failed: event(.broken)
    case .end:
      if let step = exchange?.parser.end() { take(step, leftover: 0) }
    case .bytes:
      var offset = 0
      if let step = exchange?.parser.consume(bytes.span, from: &offset) {
        take(step, leftover: bytes.count - offset)
      }
    }
  }

  private func take(_ step: ResponseParser.Step, leftover: Int) {
    switch step {
    case .needMore: event(.partial)
    case .rejected(let rejection): event(.rejected(rejection))
    // Bytes after the answer would be taken for the next answer, so the connection is not kept.
    case .response(let response):
      event(.answered(keepAlive: response.keepAlive && leftover == 0), response)
    }
  }

  private func armTimer() {
    if let state = exchange?.state {
      link?.timer.arm(at: state.deadline(client.limits))
    } else {
      link?.timer.arm(after: client.limits.idleDeadline)
    }
  }

  private func expire() {
    guard exchange == nil else { return event(.expired) }
    client.forget(self)
    end()
  }
}
