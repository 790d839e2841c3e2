import EventLoop
package import HTTP
import HTTPServer
import Synchronization

/// Another service, on its own thread: gives the answers that the test defines, and records the
/// requests.
package final class ScriptedService: Sendable {
  /// A received request.
  package struct Call: Equatable, Sendable {
    package let method: String
    /// The path and the query as sent.
    package let target: String
    package let type: String?
    package let body: String
  }

  private let thread = LoopThread(name: "scripted")
  private let listener: ListeningSocket
  private let state = Mutex<[Call]>([])

  /// `answer` gives the response to each call; for nil there is none until this object is released.
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

  package var host: String { "\(listener.address)" }

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
