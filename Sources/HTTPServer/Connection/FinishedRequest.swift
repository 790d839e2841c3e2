import EventLoop
package import HTTP

/// A request and its result, passed to the server's observer for the log and the metrics.
package struct FinishedRequest: Sendable {
  /// Nil when the request was rejected before its first line was complete.
  package let request: Request?
  package let exchange: Exchange
  package let site: String
  /// The template of the route that matched.
  package let route: String?
  /// The id of the caller, as the handler has set it in its response.
  package let caller: Int?
  package let status: Status
  /// Why the server answered itself; nil when a handler did.
  package let serverError: HTTPServerError?
  /// Bytes of the answer; 0 when the peer was gone before there was one.
  package let bytesOut: Int
  /// From the loop's turn in which the request was complete to the end of its answer.
  package let duration: Duration
  /// The same to the head of its answer, after which a stream may go on for long.
  package let answeredAfter: Duration
  package let ending: Ending

  /// How an answer ended.
  package enum Ending: String, Sendable {
    case complete
    /// A stream could not go on.
    case failed
    /// The client was gone before the end.
    case clientGone = "client_gone"
  }

  /// Bytes of the request that were read, without chunk framing.
  package var bytesIn: Int { request.map { $0.head.count + $0.body.count } ?? 0 }
}
