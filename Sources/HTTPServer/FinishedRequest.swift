import EventLoop
package import HTTP

/// One request and what became of it, told to the server's observer for the log and the metrics.
package struct FinishedRequest: Sendable {
  /// The request; nil when it was refused before its first line was read.
  package let request: Request?
  /// Its name, peer and time.
  package let exchange: Exchange
  /// The site's name.
  package let site: String
  /// The template of the route that matched.
  package let route: String?
  /// Who asked, by the number that the handler has given them.
  package let caller: Int?
  /// The status of the answer.
  package let status: Status
  /// Why the server answered itself; nil when a handler did.
  package let refusal: Refusal?
  /// Bytes of the answer; 0 when the peer was gone before there was one.
  package let bytesOut: Int
  /// From the turn that brought the whole request to the answer.
  package let duration: Duration

  /// Bytes of the request, as far as it was read and without chunk framing.
  package var bytesIn: Int { request.map { $0.head.count + $0.body.count } ?? 0 }
}
