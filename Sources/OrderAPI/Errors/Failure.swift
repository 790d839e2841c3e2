package import HTTP
package import JSON
package import Orders

/// Everything that can go wrong with a request, before a contract puts it into its own words.
package enum Failure: Error {
  /// No contract offers this path.
  case unknownRoute
  /// The path is offered, the method is not.
  case methodNotAllowed(allowed: [Method])
  /// The bytes were no request that is served here.
  case badMessage(Rejection)
  /// The request did not arrive in time.
  case tooSlow
  /// The service works on as many requests as it takes at once.
  case overloaded
  /// The body is not JSON, or its fields are not what they must be.
  case badBody(JSONFailure)
  /// The body is of another type than JSON, or in another character set than UTF-8.
  case notJSON
  /// The body is compressed.
  case encodedBody
  /// The answer has none of the forms that the caller accepts.
  case notAcceptable(offered: [ContentType])
  /// The request has no token, or one that is not valid.
  case unauthenticated(hasToken: Bool)
  /// The session of the browser is unknown or has ended.
  case sessionEnded
  /// The browser would not keep the cookie of a session: its page came without TLS.
  case notSecure
  /// The request names a host that is not ours.
  case misdirected
  /// The request comes from a page of another origin, in a browser that can reach us.
  case foreignPage
  /// The caller's role does not allow this.
  case forbidden
  /// The token is not valid, and too many invalid ones came from the same address before.
  case tooManyBadTokens(wait: Duration)
  /// The caller, or all callers together, have as many streams of this kind as are allowed.
  case tooManyStreams
  /// The caller has reached the rate limit.
  case tooManyRequests(Allowance)
  /// Values of the path or the query are not what they must be.
  case invalid([JSONViolation])
  /// The Idempotency-Key is malformed, or there are several.
  case badIdempotencyKey
  /// The Idempotency-Key is that of another request.
  case idempotencyKeyReused
  /// The request that has this Idempotency-Key is still under way.
  case idempotencyKeyUnderWay
  /// The call cannot be tried without its effect.
  case noDryRun
  /// Orders that were to be placed together were not, as these were refused; and how many there
  /// were.
  case batchRefused([(index: Int, error: OrderError)], of: Int)
  /// What the address names does not exist: `customer c-9`.
  case notFound(String)
  /// A failure of the layers below.
  case order(OrderError)
  /// Any other error.
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
}

// MARK: - Codes

extension Failure {
  /// The code that it is reported under.
  var code: ErrorCode {
    switch self {
    case .unknownRoute: .unknownRoute
    case .methodNotAllowed: .methodNotAllowed
    case .badMessage: .badMessage
    case .tooSlow: .tooSlow
    case .overloaded: .overloaded
    case .badBody(.syntax): .invalidJSON
    case .badBody(.violations), .invalid: .invalidRequest
    case .notJSON: .notJSON
    case .encodedBody: .encodedBody
    case .notAcceptable: .notAcceptable
    case .unauthenticated: .unauthenticated
    case .sessionEnded: .sessionEnded
    case .notSecure: .notSecure
    case .misdirected: .misdirected
    case .foreignPage: .foreignPage
    case .forbidden: .forbidden
    case .tooManyBadTokens: .tooManyBadTokens
    case .tooManyStreams: .tooManyStreams
    case .tooManyRequests: .tooManyRequests
    case .badIdempotencyKey: .badIdempotencyKey
    case .idempotencyKeyReused: .idempotencyKeyReused
    case .idempotencyKeyUnderWay: .idempotencyKeyUnderWay
    case .noDryRun: .noDryRun
    case .batchRefused: .batchRefused
    case .notFound: .notFound
    case .order(let error): error.code
    case .unforeseen: .internal
    }
  }
}

extension OrderError {
  /// The code that it is reported under.
  fileprivate var code: ErrorCode {
    switch self {
    case .unknownProduct, .unknownOrder, .unknownCustomer: .notFound
    case .notOrderable: .unknownProduct
    case .customerNotIntroduced: .unknownCustomer
    case .outOfStock: .outOfStock
    case .referenceUsed: .referenceUsed
    case .cannotMove: .wrongStatus
    case .notYoursToMove: .notYoursToMove
    case .notEditable: .notEditable
    case .notReturnable: .notReturnable
    case .tooManyReturned: .tooManyReturned
    case .notShippable: .notShippable
    case .tooManyShipped: .tooManyShipped
    case .nothingToShip: .nothingToShip
    case .tooManyShipments: .tooManyShipments
    case .alreadyShipped: .alreadyShipped
    case .emptied: .emptied
    case .tooManyLines: .tooManyLines
    case .versionChanged: .versionChanged
    case .unavailable: .unavailable
    case .readOnly: .readOnly
    case .timedOut: .timedOut
    case .outcomeUnknown: .outcomeUnknown
    case .idTaken: .idTaken
    case .stockBelowZero: .stockBelowZero
    case .stockTooLarge: .stockTooLarge
    case .lastAdmin: .lastAdmin
    case .tokenEnded: .tokenEnded
    case .tooManyViews: .tooManyViews
    case .historyChanged: .historyChanged
    case .failure: .internal
    }
  }
}
