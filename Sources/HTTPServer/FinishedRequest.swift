import EventLoop
public import HTTP

/// One request and what became of it, told to the server's observer for the log and the metrics.
public struct FinishedRequest: Sendable {
  /// The request; nil when it was refused before its first line was read.
  public let request: Request?
  /// Its name, peer and time.
  public let exchange: Exchange
  /// The site's name.
  public let site: String
  /// The template of the route that matched.
  public let route: String?
  /// Who asked, by the number that the handler has given them.
  public let caller: Int?
  /// The status of the answer.
  public let status: Status
  /// Why the server answered itself; nil when a handler did.
  public let refusal: Refusal?
  /// Bytes of the answer; 0 when the peer was gone before there was one.
  public let bytesOut: Int
  /// From the turn that brought the whole request to the answer.
  public let duration: Duration

  /// Bytes of the request, as far as it was read and without chunk framing.
  public var bytesIn: Int { request.map { $0.head.count + $0.body.count } ?? 0 }
}
