package import HTTP

/// What a server serves on one listening port; belongs to one loop.
package struct Site {
  /// The name in logs and metrics.
  package let name: String
  let listener: ListeningSocket
  let answer: (Request, Exchange) -> Reply
  let errorResponse: (HTTPServerError, Request?, RequestID) -> Response

  /// `errorResponse` makes every answer that the server itself gives, so that it has the form of
  /// the site's other answers. It gets the request as far as it was read.
  package init(
    name: String, listener: ListeningSocket, answer: @escaping (Request, Exchange) -> Reply,
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
    response.closesConnection = !error.keepsConnection
    return response
  }
}
