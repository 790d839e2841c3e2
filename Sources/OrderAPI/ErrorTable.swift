import HTTP
import JSON
import Orders

/// What a caller is told of a failure: the one table between the system's words and HTTP's.
struct ErrorNotice {
  let status: Status
  let code: StaticString
  let message: String
  var violations: [JSONViolation] = []
  /// What a caller's program can act on, beyond the sentence.
  var details: [Detail] = []
  var fields: [Field] = []

  /// One fact of a refusal.
  enum Detail {
    /// A product that cannot be ordered.
    case notOrderable(ProductID)
    /// A product of which there is too little.
    case short(Shortfall)
    /// A move that the life cycle does not have.
    case move(from: OrderStatus, to: OrderStatus)
  }

  init(_ failure: Failure) {
    switch failure {
    case .unknownRoute:
      self.init(.notFound, "unknown_route", "There is nothing at this address.")
    case .methodNotAllowed(let allowed):
      self.init(.methodNotAllowed, "method_not_allowed", "This method is not offered here.")
      fields = [Field("Allow", allowed.map(\.name).joined(separator: ", "))]
    case .badMessage(let rejection):
      self.init(rejection.status, "bad_message", rejection.sentence)
    case .tooSlow:
      self.init(.requestTimeout, "too_slow", "The request did not arrive in time.")
    case .overloaded:
      self.init(retrying: "overloaded", "The service is busy; try again.")
    case .badBody(.syntax(let error)):
      self.init(.badRequest, "invalid_json", error.message)
    case .notJSON:
      self.init(
        .unsupportedMediaType, "not_json", "The body must be JSON: Content-Type: application/json.")
    case .badBody(.violations(let violations)), .invalid(let violations):
      self.init(violations: violations)
    case .notAcceptable(let offered):
      let types = offered.map { $0.value.prefix { $0 != ";" } }.joined(separator: " or ")
      self.init(.notAcceptable, "not_acceptable", "The answer can be had as \(types) only.")
    case .unauthenticated, .forbidden, .tooManyBadTokens, .tooManyRequests:
      self.init(refusingCaller: failure)
    case .badIdempotencyKey, .idempotencyKeyReused, .idempotencyKeyUnderWay:
      self.init(refusingKey: failure)
    case .notFound(let what):
      self.init(.notFound, "not_found", "There is no \(what).")
    case .order(let error):
      self.init(error)
    case .unforeseen:
      self.init(.internalServerError, "internal", "Something went wrong on our side.")
    }
  }

  /// Why whoever asks does not come through.
  private init(refusingCaller failure: Failure) {
    switch failure {
    case .unauthenticated(let hasToken):
      self.init(
        .unauthorized, "unauthenticated",
        hasToken
          ? "The token is unknown, revoked or expired."
          : "A token is needed: Authorization: Bearer wb_…")
      // RFC 6750 section 3.1: no error where nothing was tried.
      let error = hasToken ? ", error=\"invalid_token\"" : ""
      fields = [Field("WWW-Authenticate", "Bearer realm=\"waybill\"\(error)")]
    case .tooManyBadTokens(let wait):
      self.init(
        .tooManyRequests, "too_many_bad_tokens",
        "The token is unknown, revoked or expired, and so were many from this address: wait.")
      fields = [Field("Retry-After", "\(wait.wholeSeconds)")]
    case .tooManyRequests(let allowance):
      self.init(.tooManyRequests, "too_many_requests", "This is more than is allowed: wait.")
      fields = allowance.fields + [Field("Retry-After", "\(allowance.wait.wholeSeconds)")]
    default:
      self.init(.forbidden, "forbidden", "The token does not allow this.")
    }
  }

  /// What is wrong with the key of a request.
  private init(refusingKey failure: Failure) {
    switch failure {
    case .idempotencyKeyReused:
      self.init(
        .unprocessableContent, "idempotency_key_reused",
        "The Idempotency-Key is that of another request; a new request needs a new key.")
    case .idempotencyKeyUnderWay:
      self.init(
        .conflict, "idempotency_key_under_way",
        "The request with this Idempotency-Key is still under way; ask again for its answer.")
      fields = [Field("Retry-After", "1")]
    default:
      let length = IdempotencyKey.allowedLength
      self.init(
        .badRequest, "bad_idempotency_key",
        "One Idempotency-Key of \(length.lowerBound) to \(length.upperBound) printable ASCII "
          + "characters may be sent.")
    }
  }

  private init(_ error: OrderError) {
    switch error {
    case .unknownProduct(let id):
      self.init(.notFound, "not_found", "There is no product \(id).")
    case .idTaken(let what):
      self.init(.conflict, "id_taken", "There is a \(what) already.")
    case .stockBelowZero(let stock):
      self.init(
        .conflict, "stock_below_zero", "Only \(stock) are in stock, and it cannot go below zero.")
    case .stockTooLarge:
      self.init(.conflict, "stock_too_large", "No stock can be that large.")
    case .unknownOrder:
      self.init(.notFound, "not_found", "There is no such order.")
    case .unknownCustomer:
      self.init(.notFound, "not_found", "There is no such customer.")
    case .notOrderable, .outOfStock, .referenceUsed, .emptied, .tooManyLines:
      self.init(refusingItems: error)
    case .cannotMove, .notYoursToMove, .notEditable, .versionChanged:
      self.init(refusingChange: error)
    case .unavailable:
      self.init(retrying: "unavailable", "The database cannot be reached; try again.")
    case .outcomeUnknown:
      self.init(
        retrying: "outcome_unknown",
        "The connection to the database broke at the last moment; "
          + "look whether it was done before trying again.")
    case .failure:
      self.init(.internalServerError, "internal", "Something went wrong on our side.")
    }
  }

  /// Why an order cannot be about what it was asked to be about.
  private init(refusingItems error: OrderError) {
    switch error {
    case .notOrderable(let products):
      let names = products.map(\.value).joined(separator: ", ")
      self.init(.unprocessableContent, "unknown_product", "Not in the catalogue: \(names).")
      details = products.map(Detail.notOrderable)
    case .outOfStock(let shortfalls):
      let names = shortfalls.map(\.product.value).joined(separator: ", ")
      self.init(.conflict, "out_of_stock", "Out of stock: \(names).")
      details = shortfalls.map(Detail.short)
    case .referenceUsed(let number):
      self.init(.conflict, "reference_used", "The reference is that of order \(number) already.")
    case .tooManyLines:
      self.init(
        .badRequest, "too_many_lines",
        "An order has at most \(NewOrder.allowedLines.upperBound) lines.")
    default:
      self.init(
        .badRequest, "emptied", "An order keeps at least one line; cancel it to take it back.")
    }
  }

  /// Why an order stays as it is.
  private init(refusingChange error: OrderError) {
    switch error {
    case .cannotMove(let current, let requested):
      let allowed = current.successors.map(\.rawValue).joined(separator: " or ")
      self.init(
        .conflict, "wrong_status",
        "The order is \(current.rawValue) and cannot become \(requested.rawValue); "
          + (allowed.isEmpty ? "this is final." : "it can become \(allowed)."))
      details = [.move(from: current, to: requested)]
    case .notYoursToMove:
      self.init(
        .conflict, "not_yours_to_move", "This order is moved by the process that fulfils it.")
    case .notEditable(let status):
      self.init(
        .conflict, "not_editable",
        "Items change only while an order is new and its stock is ours; "
          + "this one is \(status.rawValue).")
    default:
      self.init(
        .preconditionFailed, "version_changed", "It has changed since it was read.")
    }
  }

  private init(_ status: Status, _ code: StaticString, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  private init(retrying code: StaticString, _ message: String) {
    self.init(.serviceUnavailable, code, message)
    fields = [Field("Retry-After", "1")]
  }

  private init(violations: [JSONViolation]) {
    let count = violations.count
    self.init(
      .badRequest, "invalid_request",
      count == 1 ? "1 field is invalid" : "\(count) fields are invalid")
    self.violations = violations
  }
}
