import EventLoop
import HTTP
import HTTPClient
import TestSupport

@testable import order_process_standin

extension RunningStandin {
  /// Sends one request on a new connection.
  func send(
    _ method: HTTP.Method, _ target: String, _ body: String = "", as type: ContentType? = .json
  ) async throws -> (status: Int, body: String) {
    let request = ClientRequest(
      method, target, host: "127.0.0.1:\(port)", contentType: type, body: Array(body.utf8))
    let response = try await onLoop { loop in
      var limits = ClientLimits()
      limits.readDeadline = .seconds(120)
      limits.totalDeadline = .seconds(120)
      return try await HTTPClient(loop: loop, limits: limits).send(request)
    }
    return (response.status, String(decoding: response.body, as: UTF8.self))
  }

  /// Starts a process of an order with this callback URL.
  func start(_ order: String, callback: String? = nil) async throws -> (status: Int, body: String) {
    let query = callback.map { "?callback_url=" + PercentCoding.encode($0) } ?? ""
    return try await send(.post, "/order_process" + query, #"{"order_id":"\#(order)"}"#)
  }

  func status(of order: String) async throws -> String {
    try await send(.get, "/order_process?order_id=" + PercentCoding.encode(order)).body
  }

  func ledger() async throws -> String { try await send(.get, "/standin").body }
}

/// A parsed request.
func parsed(_ head: String, _ body: String = "") -> Request {
  var parser = RequestParser()
  var offset = 0
  let lines = [
    head + " HTTP/1.1", "Host: a", "Content-Type: application/json",
    "Content-Length: \(body.utf8.count)", "", body,
  ]
  let bytes = Array(lines.joined(separator: "\r\n").utf8)
  guard case .request(let request) = parser.consume(bytes.span, from: &offset) else {
    fatalError("not a request: \(head)")
  }
  return request
}

extension ProcessPlan {
  /// Succeeds after a second, and calls back once.
  static let plain = ProcessPlan(
    duration: .seconds(1), verdict: .succeeded, callbacks: .one, isEarly: false)
}
