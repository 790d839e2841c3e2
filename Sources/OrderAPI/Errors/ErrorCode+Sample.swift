import HTTP
import JSON
import Orders

extension ErrorCode {
  /// A failure that is reported under this code. Each contract puts it into its own words, and so
  /// the document shows what callers will really see.
  var sample: Failure {
    switch self {
    case .badMessage: .badMessage(.bodyTooLarge)
    case .tooSlow: .tooSlow
    case .overloaded: .overloaded
    case .unknownRoute: .unknownRoute
    case .methodNotAllowed: .methodNotAllowed(allowed: [.get, .head, .options])
    case .notAcceptable: .notAcceptable(offered: [.json])
    case .invalidJSON:
      Self.sampleOfSyntax
    case .invalidRequest:
      .badBody(.violations([JSONViolation(field: "status", reason: .notString)]))
    case .notJSON: .notJSON
    case .encodedBody: .encodedBody
    case .badIdempotencyKey: .badIdempotencyKey
    case .idempotencyKeyReused: .idempotencyKeyReused
    case .idempotencyKeyUnderWay: .idempotencyKeyUnderWay
    case .unauthenticated: .unauthenticated(hasToken: true)
    case .forbidden: .forbidden
    case .misdirected: .misdirected
    case .foreignPage: .foreignPage
    case .tooManyBadTokens: .tooManyBadTokens(wait: .seconds(1))
    case .tooManyRequests: .tooManyRequests(Self.sampleOfAllowance)
    case .internal: .order(.failure(detail: ""))
    case .unavailable: .order(.unavailable)
    case .readOnly: .order(.readOnly)
    case .timedOut: .order(.timedOut)
    case .outcomeUnknown: .order(.outcomeUnknown)
    case .tooManyLines: .order(.tooManyLines)
    case .emptied: .order(.emptied)
    default: .order(sampleOfState)
    }
  }

  private static let sampleOfAllowance: Allowance = {
    var limiter = RateLimiter(RateLimit(rate: 1, burst: 1)!)
    _ = limiter.take(from: .token(1), at: .zero)
    return limiter.take(from: .token(1), at: .zero)
  }()

  private static let sampleOfSyntax: Failure = {
    do throws(JSONError) {
      _ = try JSONValue(parsing: Array(#"{"items":[1,]}"#.utf8))
      return .badBody(.violations([]))
    } catch {
      return .badBody(.syntax(error))
    }
  }()

  private var sampleOfState: OrderError {
    let webcam = ProductID("webcam")!
    return switch self {
    case .idTaken: .idTaken("product \(webcam)")
    case .referenceUsed: .referenceUsed(number: 1_042)
    case .unknownCustomer: .customerNotIntroduced(CustomerID("c-9")!)
    case .unknownProduct: .notOrderable([webcam])
    case .outOfStock: .outOfStock([Shortfall(product: webcam, requested: 2, available: 0)])
    case .notEditable: .notEditable(.completed)
    case .notYoursToMove: .notYoursToMove
    case .stockBelowZero: .stockBelowZero(stock: 2)
    case .stockTooLarge: .stockTooLarge
    case .versionChanged: .versionChanged
    case .wrongStatus: .cannotMove(from: .completed, to: .new)
    default: .unknownOrder
    }
  }
}
