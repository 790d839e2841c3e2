import HTTP
import JSON
import Orders

/// What a caller is told of a failure: the one table between the system's words and HTTP's.
struct ErrorNotice {
  let status: Status
  let code: StaticString
  let message: String
  var violations: [JSONViolation] = []
  var fields: [Field] = []

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
    case .badBody(.violations(let violations)), .invalid(let violations):
      self.init(violations: violations)
    case .unsupportedMediaType:
      self.init(
        .unsupportedMediaType, "unsupported_media_type", "The body must be application/json.")
    case .notAcceptable(let offered):
      let types = offered.map { $0.value.prefix { $0 != ";" } }.joined(separator: " or ")
      self.init(.notAcceptable, "not_acceptable", "The answer can be had as \(types) only.")
    case .notFound(let what):
      self.init(.notFound, "not_found", "There is no \(what).")
    case .order(let error):
      self.init(error)
    case .unforeseen:
      self.init(.internalServerError, "internal", "Something went wrong on our side.")
    }
  }

  private init(_ error: OrderError) {
    switch error {
    case .unknownProduct(let id):
      self.init(.notFound, "not_found", "There is no product \(id).")
    case .idTaken(let what):
      self.init(.conflict, "id_taken", "There is a \(what) already.")
    case .versionChanged:
      self.init(.preconditionFailed, "version_changed", "It has changed since; look at it again.")
    case .stockBelowZero(let stock):
      self.init(
        .conflict, "stock_below_zero", "Only \(stock) are in stock, and it cannot go below zero.")
    case .stockTooLarge:
      self.init(.conflict, "stock_too_large", "No stock can be that large.")
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
