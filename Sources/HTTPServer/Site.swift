package import EventLoop
package import HTTP

/// What a server serves on one listening port; belongs to one loop.
package struct Site {
  /// The name in logs and metrics.
  package let name: String
  let listener: ListeningSocket
  let answer: (Request, Exchange) -> Answer
  let errorResponse: (HTTPServerError, Request?, RequestID) -> Response

  /// `errorResponse` makes every answer that the server itself gives, so that it has the form of
  /// the site's other answers. It gets the request as far as it was read.
  package init(
    name: String, listener: ListeningSocket, answer: @escaping (Request, Exchange) -> Answer,
    errorResponse: @escaping (HTTPServerError, Request?, RequestID) -> Response
  ) {
    self.name = name
    self.listener = listener
    self.answer = answer
    self.errorResponse = errorResponse
  }

  /// The site's answer to an error, with Retry-After when a retry is likely to help.
  func errorResponse(
    _ error: HTTPServerError, _ request: Request?, _ id: RequestID, _ limits: ServerLimits
  ) -> Response {
    var response = errorResponse(error, request, id)
    let saysWhen = response.fields.contains { $0.name.description == "Retry-After" }
    if error.isTemporary && !saysWhen {
      response.fields.append(Field("Retry-After", "\(limits.retryAfterSeconds)"))
    }
    // Only after a complete request can the connection be used again.
    response.close = error != .tooManyRequests
    return response
  }
}

/// How a request is answered. `route` is the template of the route that matched, for metrics.
package enum Answer {
  /// The answer is known without waiting; no task is started for it.
  case now(Response, route: String? = nil)
  /// The answer needs an asynchronous handler, which runs on the same loop.
  case later(route: String? = nil, () async -> Response)
  /// There is no answer: the connection is closed when the work is done. For the stand-in of an
  /// unreliable service.
  case never(after: () async -> Void)
}

/// What is known about a request beside its own bytes.
package struct Exchange: Sendable {
  package let id: RequestID
  package let peer: SocketAddress
  /// The loop's time when the request was complete.
  package let receivedAt: Instant
}
