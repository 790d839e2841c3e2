import HTTP

/// A request whose answer waits for what happens elsewhere, or is a stream.
final class Following {
  let request: Request
  let exchange: Exchange
  let route: String?
  let framing: ResponseEncoder.Framing
  /// The task that works on it now.
  var task: Task<Void, Never>?
  /// The stream, once its head has been written.
  var stream: (any BodyStream)?
  var bytesOut = 0
  /// The task waits here until the client has taken what was sent.
  private var sending: CheckedContinuation<Void, Never>?

  init(_ request: Request, _ exchange: Exchange, route: String?) {
    self.request = request
    self.exchange = exchange
    self.route = route
    framing = ResponseEncoder.Framing(answering: request)
  }

  func untilSent() async { await withCheckedContinuation { sending = $0 } }

  /// Everything was taken, or the connection has ended.
  func sent() {
    sending?.resume()
    sending = nil
  }

  /// The client is gone.
  func cancel() {
    task?.cancel()
    sent()
  }

  /// The server is about to stop. A wait ends at once, with what there is.
  func endSoon() {
    if let stream { stream.endSoon() } else { task?.cancel() }
  }
}
