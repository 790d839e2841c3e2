package import EventLoop
package import HTTP

/// Sends requests to other services over plain HTTP/1.1; belongs to one loop.
///
/// Every wait has a deadline and every answer a maximum size. Redirects are returned, not followed.
/// Connections are kept for later requests to the same origin.
package final class HTTPClient {
  let loop: EventLoop
  let limits: ClientLimits
  private let messageLimits: MessageLimits
  private let resolver: Resolver
  private var kept: [Origin: [ClientConnection]] = [:]
  private var exchanges = 0

  package convenience init(loop: EventLoop, limits: ClientLimits = ClientLimits()) {
    self.init(loop: loop, limits: limits) {
      SocketAddress.resolve(host: $0.host, port: $0.port)
    }
  }

  init(
    loop: EventLoop, limits: ClientLimits, lookUp: @escaping @Sendable (Origin) -> [SocketAddress]
  ) {
    self.loop = loop
    self.limits = limits
    var messageLimits = MessageLimits.standard
    messageLimits.bodyBytesMax = limits.bodyBytesMax
    self.messageLimits = messageLimits
    resolver = Resolver(loop: loop, limits: limits, lookUp: lookUp)
  }

  /// Sends a request to its host and returns the answer, whatever its status.
  ///
  /// The error says whether the request may have taken effect. A request that was lost because a
  /// kept connection had been closed is sent again once, if it was not sent at all or is
  /// idempotent.
  package func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
    guard let origin = Origin(authority: request.host) else { throw HTTPClientError(.badHost) }
    guard exchanges < limits.exchangesMax else { throw HTTPClientError(.tooBusy) }
    exchanges += 1
    defer { exchanges -= 1 }
    let end = loop.now + limits.totalDeadline
    if let connection = takeKept(origin) {
      do {
        return try await exchange(request, on: connection, isReused: true, end: end)
      } catch {
        guard error.allowsRetry(of: request.method) else { throw error }
      }
    }
    return try await sendOnNewConnection(request, to: origin, end: end)
  }

  /// Closes the connections that are kept; requests in flight go on.
  package func closeIdleConnections() {
    for connection in kept.values.joined() { connection.end() }
    kept = [:]
  }

  private func sendOnNewConnection(
    _ request: ClientRequest, to origin: Origin, end: Instant
  ) async throws(HTTPClientError) -> ClientResponse {
    let addresses = try await addresses(of: origin)
    var failure = HTTPClientError(.noAddress)
    for address in addresses {
      guard let connection = ClientConnection(to: address, origin, self) else {
        throw HTTPClientError(.tooBusy)
      }
      do {
        return try await exchange(request, on: connection, isReused: false, end: end)
      } catch {
        guard error.allowsOtherAddress, loop.now < end else { throw error }
        failure = error
      }
    }
    throw failure
  }

  private func exchange(
    _ request: ClientRequest, on connection: ClientConnection, isReused: Bool, end: Instant
  ) async throws(HTTPClientError) -> ClientResponse {
    var bytes: [UInt8] = []
    request.append(to: &bytes)
    let parser = ResponseParser(answering: request.method, limits: messageLimits)
    return try await cancellable { done in
      connection.start(bytes, parser, isReused: isReused, end: end, done: done)
      return connection.cancel
    }
  }

  private func addresses(
    of origin: Origin
  ) async throws(HTTPClientError) -> [SocketAddress] {
    if let literal = SocketAddress(literal: origin.host, port: origin.port) { return [literal] }
    let firstResult = FirstResult<[SocketAddress]>()
    let timer = Timer(on: loop) {
      firstResult.finish(.failure(HTTPClientError(.timeout(.connecting))))
    }
    timer.arm(after: limits.connectDeadline)
    defer { timer.disarm() }
    return try await cancellable { [resolver] done in
      firstResult.done = done
      resolver.addresses(of: origin) { firstResult.finish(.success($0)) }
      return { firstResult.finish(.failure(HTTPClientError(.cancelled))) }
    }
  }

  /// Waits until `done` is called. `start` returns the action that cancels the work.
  private func cancellable<Value: Sendable>(
    _ start: (@escaping (Result<Value, HTTPClientError>) -> Void) -> () -> Void
  ) async throws(HTTPClientError) -> Value {
    let loop = loop
    let cancellation = Cancellation()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        cancellation.action = start { continuation.resume(returning: $0) }
        if Task.isCancelled { cancellation.action?() }
      }
    } onCancel: {
      loop.execute { cancellation.action?() }
    }
    cancellation.action = nil
    return try result.get()
  }
}

/// The action that cancels an exchange. Unchecked: another thread carries it, only the loop uses
/// it.
private final class Cancellation: @unchecked Sendable {
  var action: (() -> Void)?
}

/// Passes the first of several results on and ignores the others.
private final class FirstResult<Value: Sendable> {
  var done: ((Result<Value, HTTPClientError>) -> Void)?

  func finish(_ result: Result<Value, HTTPClientError>) {
    defer { done = nil }
    done?(result)
  }
}

// MARK: - Kept connections

extension HTTPClient {
  private func takeKept(_ origin: Origin) -> ClientConnection? {
    while let connection = kept[origin]?.last {
      forget(connection)
      if connection.isFresh { return connection }
      connection.end()
    }
    return nil
  }

  func keep(_ connection: ClientConnection) {
    guard kept[connection.origin, default: []].count < limits.idleConnectionsPerOriginMax else {
      return connection.end()
    }
    kept[connection.origin, default: []].append(connection)
  }

  func forget(_ connection: ClientConnection) {
    kept[connection.origin]?.removeAll { $0 === connection }
    if kept[connection.origin]?.isEmpty == true { kept[connection.origin] = nil }
  }
}
