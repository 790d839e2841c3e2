import HTTP

/// Every refusal by its name: what programs act on, and where people read what to do.
enum ErrorCode: String, CaseIterable, Sendable, CustomStringConvertible {
  case badIdempotencyKey = "bad_idempotency_key"
  case badMessage = "bad_message"
  case emptied
  case encodedBody = "encoded_body"
  case forbidden
  case foreignPage = "foreign_page"
  case idTaken = "id_taken"
  case idempotencyKeyReused = "idempotency_key_reused"
  case idempotencyKeyUnderWay = "idempotency_key_under_way"
  case `internal`
  case invalidJSON = "invalid_json"
  case invalidRequest = "invalid_request"
  case methodNotAllowed = "method_not_allowed"
  case misdirected
  case notAcceptable = "not_acceptable"
  case notEditable = "not_editable"
  case notFound = "not_found"
  case notJSON = "not_json"
  case notYoursToMove = "not_yours_to_move"
  case outOfStock = "out_of_stock"
  case outcomeUnknown = "outcome_unknown"
  case overloaded
  case readOnly = "read_only"
  case referenceUsed = "reference_used"
  case stockBelowZero = "stock_below_zero"
  case stockTooLarge = "stock_too_large"
  case timedOut = "timed_out"
  case tooManyBadTokens = "too_many_bad_tokens"
  case tooManyLines = "too_many_lines"
  case tooManyRequests = "too_many_requests"
  case tooSlow = "too_slow"
  case unauthenticated
  case unavailable
  case unknownCustomer = "unknown_customer"
  case unknownProduct = "unknown_product"
  case unknownRoute = "unknown_route"
  case versionChanged = "version_changed"
  case wrongStatus = "wrong_status"

  /// The name as it stands in an answer.
  var description: String { rawValue }

  /// The status that says the same in HTTP's words. A bad message has one for each of its reasons.
  var status: Status {
    switch self {
    case .badIdempotencyKey, .badMessage, .emptied, .invalidJSON, .invalidRequest, .tooManyLines:
      .badRequest
    case .unauthenticated: .unauthorized
    case .forbidden, .foreignPage: .forbidden
    case .misdirected: .misdirectedRequest
    case .notFound, .unknownRoute: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .notAcceptable: .notAcceptable
    case .tooSlow: .requestTimeout
    case .idTaken, .idempotencyKeyUnderWay, .notEditable, .notYoursToMove, .outOfStock,
      .referenceUsed, .stockBelowZero,
      .stockTooLarge, .wrongStatus:
      .conflict
    case .versionChanged: .preconditionFailed
    case .encodedBody, .notJSON: .unsupportedMediaType
    case .tooManyBadTokens, .tooManyRequests: .tooManyRequests
    case .idempotencyKeyReused, .unknownCustomer, .unknownProduct: .unprocessableContent
    case .internal: .internalServerError
    case .outcomeUnknown, .overloaded, .readOnly, .timedOut, .unavailable: .serviceUnavailable
    }
  }

  /// All statuses it may have.
  var statuses: [Status] {
    guard self == .badMessage else { return [status] }
    // Only answers of other servers are bad gateways.
    return Set(Rejection.allCases.map(\.status)).subtracting([.badGateway])
      .sorted { $0.code < $1.code }
  }
}
