package import EventLoop
package import HTTP

/// What one listening port serves, as the server sees it; lives on one loop.
package struct Site {
  /// The name in logs and metrics.
  package let name: String
  let listener: ListeningSocket
  let answer: (Request, Exchange) -> Answer
  let refuse: (Refusal, Request?, RequestID) -> Response

  /// A site.
  ///
  /// `refuse` words every answer that the server gives itself, so that it comes in the site's own
  /// envelope. It is given the request as far as it was read.
  package init(
    name: String, listener: ListeningSocket, answer: @escaping (Request, Exchange) -> Answer,
    refuse: @escaping (Refusal, Request?, RequestID) -> Response
  ) {
    self.name = name
    self.listener = listener
    self.answer = answer
    self.refuse = refuse
  }

  /// The answer to a refusal, with when to come again if that helps.
  func refusal(
    _ refusal: Refusal, _ request: Request?, _ id: RequestID, _ limits: ServerLimits
  ) -> Response {
    var response = refuse(refusal, request, id)
    let saysWhen = response.fields.contains { $0.name.description == "Retry-After" }
    if refusal.isTemporary && !saysWhen {
      response.fields.append(Field("Retry-After", "\(limits.retryAfterSeconds)"))
    }
    // Only a request that was read whole leaves a connection that can be read on.
    response.close = refusal != .tooManyRequests
    return response
  }
}

/// How a request is answered, decided at once; `route` is the template that matched, for metrics.
package enum Answer {
  /// The answer is known without waiting; no task is made for it.
  case now(Response, route: String? = nil)
  /// The answer has to be waited for, on the same loop.
  case later(route: String? = nil, () async -> Response)
  /// There will be no answer: the connection ends when the work is done. For services that play a
  /// broken one.
  case never(after: () async -> Void)
}

/// What is known of a request besides itself.
package struct Exchange: Sendable {
  /// The name of the request in the answer and in logs.
  package let id: RequestID
  /// Who sent it.
  package let peer: SocketAddress
  /// The loop's time when it was complete.
  package let receivedAt: Instant
}
