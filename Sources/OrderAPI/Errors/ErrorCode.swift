import HTTP

/// Every reason for a refusal by its name: programs act on it, and people look it up.
///
/// A new one is a case here, its line in `entry`, and the entry itself beside the others of its
/// kind. The compiler does not let any of the three be forgotten.
enum ErrorCode: String, CaseIterable, Sendable, CustomStringConvertible {
  case alreadyShipped = "already_shipped"
  case badIdempotencyKey = "bad_idempotency_key"
  case badMessage = "bad_message"
  case batchRefused = "batch_refused"
  case emptied
  case encodedBody = "encoded_body"
  case forbidden
  case foreignPage = "foreign_page"
  case historyChanged = "history_changed"
  case idTaken = "id_taken"
  case idempotencyKeyReused = "idempotency_key_reused"
  case idempotencyKeyUnderWay = "idempotency_key_under_way"
  case `internal`
  case invalidJSON = "invalid_json"
  case invalidRequest = "invalid_request"
  case lastAdmin = "last_admin"
  case methodNotAllowed = "method_not_allowed"
  case misdirected
  case noDryRun = "no_dry_run"
  case notAcceptable = "not_acceptable"
  case notEditable = "not_editable"
  case notFound = "not_found"
  case notJSON = "not_json"
  case notReturnable = "not_returnable"
  case notSecure = "not_secure"
  case notShippable = "not_shippable"
  case notYoursToMove = "not_yours_to_move"
  case nothingToShip = "nothing_to_ship"
  case outOfStock = "out_of_stock"
  case outcomeUnknown = "outcome_unknown"
  case overloaded
  case readOnly = "read_only"
  case referenceUsed = "reference_used"
  case sessionEnded = "session_ended"
  case stockBelowZero = "stock_below_zero"
  case stockTooLarge = "stock_too_large"
  case timedOut = "timed_out"
  case tokenEnded = "token_ended"
  case tooManyBadTokens = "too_many_bad_tokens"
  case tooManyLines = "too_many_lines"
  case tooManyRequests = "too_many_requests"
  case tooManyReturned = "too_many_returned"
  case tooManyShipments = "too_many_shipments"
  case tooManyShipped = "too_many_shipped"
  case tooManyStreams = "too_many_streams"
  case tooManyViews = "too_many_views"
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

  /// All that there is to say about it.
  var entry: ErrorEntry {
    switch self {
    case .alreadyShipped: .alreadyShipped
    case .badIdempotencyKey: .badIdempotencyKey
    case .badMessage: .badMessage
    case .batchRefused: .batchRefused
    case .emptied: .emptied
    case .encodedBody: .encodedBody
    case .forbidden: .forbidden
    case .foreignPage: .foreignPage
    case .historyChanged: .historyChanged
    case .idTaken: .idTaken
    case .idempotencyKeyReused: .idempotencyKeyReused
    case .idempotencyKeyUnderWay: .idempotencyKeyUnderWay
    case .internal: .internal
    case .invalidJSON: .invalidJSON
    case .invalidRequest: .invalidRequest
    case .lastAdmin: .lastAdmin
    case .methodNotAllowed: .methodNotAllowed
    case .misdirected: .misdirected
    case .noDryRun: .noDryRun
    case .notAcceptable: .notAcceptable
    case .notEditable: .notEditable
    case .notFound: .notFound
    case .notJSON: .notJSON
    case .notReturnable: .notReturnable
    case .notSecure: .notSecure
    case .notShippable: .notShippable
    case .notYoursToMove: .notYoursToMove
    case .nothingToShip: .nothingToShip
    case .outOfStock: .outOfStock
    case .outcomeUnknown: .outcomeUnknown
    case .overloaded: .overloaded
    case .readOnly: .readOnly
    case .referenceUsed: .referenceUsed
    case .sessionEnded: .sessionEnded
    case .stockBelowZero: .stockBelowZero
    case .stockTooLarge: .stockTooLarge
    case .timedOut: .timedOut
    case .tokenEnded: .tokenEnded
    case .tooManyBadTokens: .tooManyBadTokens
    case .tooManyLines: .tooManyLines
    case .tooManyRequests: .tooManyRequests
    case .tooManyReturned: .tooManyReturned
    case .tooManyShipments: .tooManyShipments
    case .tooManyShipped: .tooManyShipped
    case .tooManyStreams: .tooManyStreams
    case .tooManyViews: .tooManyViews
    case .tooSlow: .tooSlow
    case .unauthenticated: .unauthenticated
    case .unavailable: .unavailable
    case .unknownCustomer: .unknownCustomer
    case .unknownProduct: .unknownProduct
    case .unknownRoute: .unknownRoute
    case .versionChanged: .versionChanged
    case .wrongStatus: .wrongStatus
    }
  }

  /// All statuses it may have. A bad message has one for each of its reasons.
  var statuses: [Status] {
    guard self == .badMessage else { return [entry.status] }
    // Only answers of other servers are bad gateways.
    return Set(Rejection.allCases.map(\.status)).subtracting([.badGateway])
      .sorted { $0.code < $1.code }
  }
}
