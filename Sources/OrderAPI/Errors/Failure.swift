package import HTTP
package import JSON
package import Orders

/// Everything a caller may have to be told, before any contract puts it into words of its own.
package enum Failure: Error {
  /// Nobody offers this path.
  case unknownRoute
  /// The path is offered, the method is not.
  case methodNotAllowed(allowed: [Method])
  /// The bytes were no request that is served here.
  case badMessage(Rejection)
  /// The request did not arrive in time.
  case tooSlow
  /// More is going on than the service takes on at once.
  case overloaded
  /// The body is not JSON as it should be, or its fields are not.
  case badBody(JSONFailure)
  /// The body is of another type than JSON, or in another character set than UTF-8.
  case notJSON
  /// The body is compressed.
  case encodedBody
  /// The caller accepts none of the forms the answer could have.
  case notAcceptable(offered: [ContentType])
  /// Nobody says who asks, or says it with a token that does not hold.
  case unauthenticated(hasToken: Bool)
  /// The request names a host that is not ours.
  case misdirected
  /// A page from elsewhere asks, in a browser that may reach us.
  case foreignPage
  /// Whoever asks may not do this.
  case forbidden
  /// Tokens that do not hold keep coming from where this one came from.
  case tooManyBadTokens(wait: Duration)
  /// Whoever asks has asked for more than his share.
  case tooManyRequests(Allowance)
  /// Values of the path or the query are not what they should be.
  case invalid([JSONViolation])
  /// The Idempotency-Key is none, or there are several.
  case badIdempotencyKey
  /// The Idempotency-Key is that of another request.
  case idempotencyKeyReused
  /// The request that has this Idempotency-Key is still under way.
  case idempotencyKeyUnderWay
  /// What the address names does not exist.
  case notFound(String)
  /// The system's own words.
  case order(OrderError)
  /// A failure nobody foresaw.
  case unforeseen(any Error)

  /// What was thrown, as a failure.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as OrderError: self = .order(error)
    case let error as JSONFailure: self = .badBody(error)
    default: self = .unforeseen(error)
    }
  }

  /// Whether somebody who runs the service has to know.
  var isOurFault: Bool {
    switch self {
    case .unforeseen, .order(.failure), .order(.outcomeUnknown): true
    default: false
    }
  }
}
