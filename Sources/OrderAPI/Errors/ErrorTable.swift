import HTTP
import JSON
import Orders

/// What a caller is told of a failure: the one table between the system's words and HTTP's.
struct ErrorNotice {
  private(set) var status: Status
  let code: ErrorCode
  let message: String
  var violations: [JSONViolation] = []
  /// What a caller's program can act on, beyond the sentence.
  var details: [Detail] = []
  var fields: [Field] = []

  /// One fact of a refusal.
  enum Detail {
    /// A product that cannot be ordered.
    case notOrderable(ProductID)
    /// A customer whom nobody has introduced.
    case notIntroduced(CustomerID)
    /// A product of which there is too little.
    case short(Shortfall)
    /// A move that the life cycle does not have.
    case move(from: OrderStatus, to: OrderStatus)
  }

  init(_ failure: Failure) {
    switch failure {
    case .unknownRoute:
      self.init(.unknownRoute, "There is nothing at this address.")
    case .methodNotAllowed(let allowed):
      let names = allowed.map(\.name).joined(separator: ", ")
      self.init(.methodNotAllowed, "This method is not offered here; these are: \(names).")
      fields = [Field("Allow", names)]
    case .badMessage(let rejection):
      self.init(.badMessage, rejection.sentence)
      status = rejection.status
    case .tooSlow:
      self.init(.tooSlow, "The request did not arrive in time.")
    case .overloaded:
      self.init(retrying: .overloaded, "The service is busy; try again.")
    case .badBody(.syntax(let error)):
      self.init(.invalidJSON, error.message)
    case .notJSON:
      self.init(
        .notJSON, "The body must be JSON in UTF-8: Content-Type: application/json.")
    case .badBody(.violations(let violations)), .invalid(let violations):
      self.init(violations: violations)
    case .notAcceptable(let offered):
      let types = offered.map { $0.value.prefix { $0 != ";" } }.joined(separator: " or ")
      self.init(.notAcceptable, "The answer can be had as \(types) only.")
    case .encodedBody:
      self.init(
        .encodedBody, "The body must be sent as it is, without a Content-Encoding.")
      fields = [Field("Accept-Encoding", "identity")]
    case .unauthenticated, .forbidden, .misdirected, .foreignPage, .tooManyBadTokens,
      .tooManyRequests:
      self.init(refusingCaller: failure)
    case .badIdempotencyKey, .idempotencyKeyReused, .idempotencyKeyUnderWay:
      self.init(refusingKey: failure)
    case .notFound(let what):
      self.init(.notFound, "There is no \(what).")
    case .order(let error):
      self.init(error)
    case .unforeseen:
      self.init(.internal, "Something went wrong on our side.")
    }
  }

  /// Why whoever asks does not come through.
  private init(refusingCaller failure: Failure) {
    switch failure {
    case .unauthenticated(let hasToken):
      self.init(
        .unauthenticated,
        hasToken
          ? "The token is unknown, revoked or expired."
          : "A token is needed: Authorization: Bearer wb_…")
      // RFC 6750 section 3.1: no error where nothing was tried.
      let error = hasToken ? ", error=\"invalid_token\"" : ""
      fields = [Field("WWW-Authenticate", "Bearer realm=\"waybill\"\(error)")]
    case .tooManyBadTokens(let wait):
      self.init(
        .tooManyBadTokens,
        "The token is unknown, revoked or expired, and so were many from this address: wait.")
      fields = [Field("Retry-After", "\(wait.wholeSeconds)")]
    case .tooManyRequests(let allowance):
      self.init(.tooManyRequests, "This is more than is allowed: wait.")
      fields = allowance.fields + [Field("Retry-After", "\(allowance.wait.wholeSeconds)")]
    case .misdirected:
      self.init(.misdirected, "This service does not go by the name that Host says.")
    case .foreignPage:
      self.init(.foreignPage, "Pages from elsewhere may not use this service.")
    default:
      self.init(.forbidden, "The token does not allow this.")
    }
  }

  /// What is wrong with the key of a request.
  private init(refusingKey failure: Failure) {
    switch failure {
    case .idempotencyKeyReused:
      self.init(
        .idempotencyKeyReused,
        "The Idempotency-Key is that of another request; a new request needs a new key.")
    case .idempotencyKeyUnderWay:
      self.init(
        .idempotencyKeyUnderWay,
        "The request with this Idempotency-Key is still under way; ask again for its answer.")
      fields = [Field("Retry-After", "1")]
    default:
      let length = IdempotencyKey.allowedLength
      self.init(
        .badIdempotencyKey,
        "One Idempotency-Key of \(length.lowerBound) to \(length.upperBound) printable ASCII "
          + "characters may be sent.")
    }
  }

  private init(_ error: OrderError) {
    switch error {
    case .unknownProduct(let id):
      self.init(.notFound, "There is no product \(id).")
    case .idTaken(let what):
      self.init(.idTaken, "There is a \(what) already.")
    case .stockBelowZero(let stock):
      self.init(
        .stockBelowZero, "Only \(stock) are in stock, and it cannot go below zero.")
    case .stockTooLarge:
      self.init(.stockTooLarge, "No stock can be that large.")
    case .unknownOrder:
      self.init(.notFound, "There is no such order.")
    case .unknownCustomer:
      self.init(.notFound, "There is no such customer.")
    case .notOrderable, .outOfStock, .referenceUsed, .emptied, .tooManyLines,
      .customerNotIntroduced:
      self.init(refusingItems: error)
    case .cannotMove, .notYoursToMove, .notEditable, .versionChanged:
      self.init(refusingChange: error)
    case .unavailable:
      self.init(retrying: .unavailable, "The database cannot be reached; try again.")
    case .readOnly:
      self.init(
        retrying: .readOnly,
        "The database takes no changes at present; nothing was done. Try again.")
    case .timedOut:
      self.init(
        retrying: .timedOut, "The database took too long and gave up; nothing was done. Try again.")
    case .outcomeUnknown:
      self.init(
        retrying: .outcomeUnknown,
        "The connection to the database broke at the last moment; "
          + "look whether it was done before trying again.")
    case .failure:
      self.init(.internal, "Something went wrong on our side.")
    }
  }

  /// Why an order cannot be about what it was asked to be about.
  private init(refusingItems error: OrderError) {
    switch error {
    case .notOrderable(let products):
      let names = products.map(\.value).joined(separator: ", ")
      self.init(.unknownProduct, "Not in the catalogue: \(names).")
      details = products.map(Detail.notOrderable)
    case .customerNotIntroduced(let customer):
      self.init(.unknownCustomer, "Nobody has introduced the customer \(customer.value).")
      details = [.notIntroduced(customer)]
    case .outOfStock(let shortfalls):
      let names = shortfalls.map(\.product.value).joined(separator: ", ")
      self.init(.outOfStock, "Out of stock: \(names).")
      details = shortfalls.map(Detail.short)
    case .referenceUsed(let number):
      self.init(.referenceUsed, "The reference is that of order \(number) already.")
    case .tooManyLines:
      self.init(
        .tooManyLines,
        "An order has at most \(NewOrder.allowedLines.upperBound) lines.")
    default:
      self.init(
        .emptied, "An order keeps at least one line; cancel it to take it back.")
    }
  }

  /// Why an order stays as it is.
  private init(refusingChange error: OrderError) {
    switch error {
    case .cannotMove(let current, let requested):
      let allowed = current.successors.map(\.rawValue).joined(separator: " or ")
      self.init(
        .wrongStatus,
        "The order is \(current.rawValue) and cannot become \(requested.rawValue); "
          + (allowed.isEmpty ? "this is final." : "it can become \(allowed)."))
      details = [.move(from: current, to: requested)]
    case .notYoursToMove:
      self.init(
        .notYoursToMove, "This order is moved by the process that fulfils it.")
    case .notEditable(let status):
      self.init(
        .notEditable,
        "Items change only while an order is new and its stock is ours; "
          + "this one is \(status.rawValue).")
    default:
      self.init(
        .versionChanged, "It has changed since it was read.")
    }
  }

  private init(_ code: ErrorCode, _ message: String) {
    status = code.status
    self.code = code
    self.message = message
  }

  private init(retrying code: ErrorCode, _ message: String) {
    self.init(code, message)
    fields = [Field("Retry-After", "1")]
  }

  private init(violations: [JSONViolation]) {
    let count = violations.count
    self.init(
      .invalidRequest,
      count == 1 ? "1 field is invalid" : "\(count) fields are invalid")
    self.violations = violations
  }
}

extension [JSONViolation] {
  /// All of them in one line, for contracts that have no list of errors.
  var sentence: String {
    map { ($0.field.isEmpty ? "the body" : $0.field) + " " + $0.message }.joined(separator: "; ")
  }
}
