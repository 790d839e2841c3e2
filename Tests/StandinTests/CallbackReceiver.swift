import EventLoop
import HTTP
import HTTPServer
import Synchronization
import TestSupport

/// A receiver of callbacks: answers with given statuses and records the calls.
final class CallbackReceiver: Sendable {
  struct Call: Equatable {
    let target: String
    let body: String
  }

  private let thread = LoopThread(name: "callbacks")
  private let listener: ListeningSocket
  private let state: Mutex<(statuses: [Status], calls: [Call])>

  /// Answers with these statuses in turn, and then with 200.
  init(_ statuses: Status...) async throws {
    state = Mutex((statuses, []))
    listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    let listener = listener
    try await thread.loop.run { loop in
      _ = Server(
        loop: loop,
        sites: [
          Site(
            name: "callbacks", listener: listener,
            answer: { request, _ in .now(Response(self.receive(request))) },
            errorResponse: { error, _, _ in Response(error.status) })
        ])
    }
  }

  deinit { thread.stop() }

  var calls: [Call] { state.withLock { $0.calls } }

  func url(_ target: String = "/") -> String { "http://\(listener.address)\(target)" }

  private func receive(_ request: Request) -> Status {
    let query = request.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
    let call = Call(
      target: String(decoding: request.path, as: UTF8.self) + query,
      body: String(decoding: request.body, as: UTF8.self))
    return state.withLock { state in
      state.calls.append(call)
      return state.statuses.isEmpty ? .ok : state.statuses.removeFirst()
    }
  }
}
