import EventLoop
import HTTP
import TestSupport

@testable import HTTPClient

/// A client on a loop of its own, called from outside it.
final class TestClient: @unchecked Sendable {
  let thread: LoopThread
  let time = ManualClock()
  private var client: HTTPClient?

  init(
    limits: ClientLimits = ClientLimits(),
    lookUp: @escaping @Sendable (Origin) -> [SocketAddress] = { _ in [] }
  ) async throws {
    thread = LoopThread(name: "test-client", loop: EventLoop(clock: time.clock))
    try await thread.loop.run { loop in
      self.client = HTTPClient(loop: loop, limits: limits, lookUp: lookUp)
    }
  }

  deinit { thread.stop() }

  /// What becomes of a request.
  func send(
    _ method: HTTP.Method, _ host: String, body: String = "", contentType: ContentType? = nil
  ) async throws -> Result<ClientResponse, HTTPClientError> {
    let request = ClientRequest(
      method, "/path", host: host, contentType: contentType, body: Array(body.utf8))
    return try await thread.loop.run { _ in await self.result(of: request) }
  }

  private func result(of request: ClientRequest) async -> Result<ClientResponse, HTTPClientError> {
    do throws(HTTPClientError) {
      return .success(try await client!.send(request))
    } catch {
      return .failure(error)
    }
  }

  /// The status and the content as text, or the reason and the outcome.
  func outcome(_ method: HTTP.Method, _ host: String, body: String = "") async throws -> String {
    try await send(method, host, body: body).summary
  }

  /// What becomes of a request whose task is cancelled when `condition` has been waited for.
  func cancelled(
    _ method: HTTP.Method, _ host: String, after condition: () async throws -> Void
  ) async throws -> String {
    let request = ClientRequest(method, "/path", host: host)
    let task = Task(executorPreference: thread.loop) { await self.result(of: request).summary }
    try await condition()
    task.cancel()
    return await task.value
  }

  func advance(by duration: Duration) { time.advance(by: duration, waking: thread.loop) }

  func settle() async throws { try await thread.loop.run { _ in } }
}

extension Result<ClientResponse, HTTPClientError> {
  var summary: String {
    switch self {
    case .success(let response):
      "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
    case .failure(let error): "\(error.reason) \(error.outcome)"
    }
  }
}
