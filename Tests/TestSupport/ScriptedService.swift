import EventLoop
package import HTTP
import HTTPServer
import Synchronization

/// Another service, on a thread of its own: answers what the test tells it to, and remembers what
/// it was asked.
package final class ScriptedService: Sendable {
  /// One request that came in.
  package struct Call: Equatable, Sendable {
    /// The method.
    package let method: String
    /// The path and the query, as they were sent.
    package let target: String
    /// The value of Content-Type.
    package let type: String?
    /// The content.
    package let body: String
  }

  private let thread = LoopThread(name: "scripted")
  private let listener: ListeningSocket
  private let state = Mutex<[Call]>([])

  /// Answers with what `answer` makes of each call; nil is silence until this object is gone.
  package init(_ answer: @escaping @Sendable (Call) -> Response?) async throws {
    listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    let listener = listener
    try await thread.loop.run { loop in
      let site = Site(
        name: "scripted", listener: listener,
        answer: { request, _ in
          guard let response = answer(self.note(request)) else {
            return .later { await self.silence() }
          }
          return .now(response)
        },
        errorResponse: { error, _, _ in Response(error.status) })
      _ = Server(loop: loop, sites: [site])
    }
  }

  deinit { thread.stop() }

  /// Where it listens.
  package var host: String { "\(listener.address)" }

  /// What has come so far.
  package var calls: [Call] { state.withLock { $0 } }

  private func silence() async -> Response {
    await thread.loop.pause(for: .seconds(600))
    return Response(.ok)
  }

  private func note(_ request: Request) -> Call {
    let query = request.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
    let call = Call(
      method: request.method.name, target: String(decoding: request.path, as: UTF8.self) + query,
      type: request.field("content-type"), body: String(decoding: request.body, as: UTF8.self))
    state.withLock { $0.append(call) }
    return call
  }
}
