import HTTP
import JSON
import Orders

/// What a caller is told of a failure: the entry of its code, and the facts of this one case.
struct ErrorNotice {
  let code: ErrorCode
  let status: Status
  let message: String
  let violations: [JSONViolation]
  /// Facts that a program can act on, beside the sentence.
  let details: [Detail]
  let fields: [Field]

  /// One fact of a refusal.
  enum Detail {
    /// A product that cannot be ordered.
    case notOrderable(ProductID)
    /// A customer whom nobody has introduced.
    case notIntroduced(CustomerID)
    /// A product of which there is too little.
    case short(Shortfall)
    /// An item of a shipment of which there are too few units.
    case excess(ExcessItem)
    /// A product that must not become less than what was shipped of it.
    case shipped(ShippedProduct)
    /// An order of a batch, by its place, and why it was refused.
    case order(Int, Failure)
    /// A move that the life cycle does not have.
    case move(from: OrderStatus, to: OrderStatus)
  }

  init(_ failure: Failure) {
    code = failure.code
    let entry = code.entry
    var facts = Facts()
    facts.add(failure)
    message = entry.sentence.text(about: facts.subject)
    status = facts.status ?? entry.status
    violations = facts.violations
    details = facts.details
    let retry = entry.retryAfterSeconds.map { [Field("Retry-After", "\($0)")] }
    fields = facts.fields + (retry ?? [])
  }
}

/// What one failure adds to the entry of its code.
private struct Facts {
  /// What the sentence of the entry is about.
  var subject = ""
  /// The status, where it is not the entry's.
  var status: Status?
  var violations: [JSONViolation] = []
  var details: [ErrorNotice.Detail] = []
  var fields: [Field] = []

  mutating func add(_ failure: Failure) {
    switch failure {
    case .methodNotAllowed(let allowed):
      subject = allowed.map(\.name).joined(separator: ", ")
      fields = [Field("Allow", subject)]
    case .badMessage(let rejection):
      subject = rejection.sentence
      status = rejection.status
    case .badBody(.syntax(let error)):
      subject = error.message
    case .badBody(.violations(let violations)), .invalid(let violations):
      let count = violations.count
      subject = count == 1 ? "1 field is" : "\(count) fields are"
      self.violations = violations
    case .encodedBody:
      fields = [Field("Accept-Encoding", "identity")]
    case .notAcceptable(let offered):
      subject = offered.map { $0.value.prefix { $0 != ";" } }.joined(separator: " or ")
    case .unauthenticated(let hasToken):
      subject = hasToken ? "unknown, revoked or expired" : ""
      // RFC 6750 section 3.1: no error where no token was sent.
      let error = hasToken ? ", error=\"invalid_token\"" : ""
      fields = [Field("WWW-Authenticate", "Bearer realm=\"waybill\"\(error)")]
    case .sessionEnded:
      fields = [Field("WWW-Authenticate", "Bearer realm=\"waybill\"")]
    case .tooManyBadTokens(let wait):
      fields = [Field("Retry-After", "\(wait.wholeSeconds)")]
    case .tooManyRequests(let allowance):
      fields = allowance.fields + [Field("Retry-After", "\(allowance.wait.wholeSeconds)")]
    case .notFound(let what):
      subject = what
    case .batchRefused(let refusals, let count):
      subject = "\(refusals.count) of \(count)"
      details = refusals.map { ErrorNotice.Detail.order($0.index, .order($0.error)) }
    case .order(let error):
      add(error)
    case .unknownRoute, .tooSlow, .tooManyStreams, .overloaded, .notJSON, .misdirected,
      .foreignPage, .notSecure, .forbidden, .badIdempotencyKey, .idempotencyKeyReused,
      .idempotencyKeyUnderWay, .noDryRun, .unforeseen:
      break
    }
  }

  private mutating func add(_ error: OrderError) {
    switch error {
    case .unknownProduct(let id):
      subject = "product \(id)"
    case .unknownOrder:
      subject = "such order"
    case .unknownCustomer:
      subject = "such customer"
    case .notOrderable(let products):
      subject = products.map(\.value).joined(separator: ", ")
      details = products.map(ErrorNotice.Detail.notOrderable)
    case .customerNotIntroduced(let customer):
      subject = customer.value
      details = [.notIntroduced(customer)]
    case .outOfStock(let shortfalls), .tooManyReturned(let shortfalls):
      subject = shortfalls.map(\.product.value).joined(separator: ", ")
      details = shortfalls.map(ErrorNotice.Detail.short)
    case .tooManyShipped(let items):
      subject = items.map { "items[\($0.item)]" }.joined(separator: ", ")
      details = items.map(ErrorNotice.Detail.excess)
    case .alreadyShipped(let products):
      subject = products.map(\.product.value).joined(separator: ", ")
      details = products.map(ErrorNotice.Detail.shipped)
    case .referenceUsed(let number):
      subject = "\(number)"
    case .cannotMove(let current, let requested):
      let allowed = current.successors.map(\.rawValue).joined(separator: " or ")
      subject =
        "\(current.rawValue) and cannot become \(requested.rawValue); "
        + (allowed.isEmpty ? "this is final" : "it can become \(allowed)")
      details = [.move(from: current, to: requested)]
    case .notEditable(let status), .notReturnable(let status), .notShippable(let status):
      subject = status.rawValue
    case .idTaken(let what):
      subject = what
    case .stockBelowZero(let stock):
      subject = "\(stock)"
    case .notYoursToMove, .emptied, .tooManyLines, .nothingToShip, .tooManyShipments,
      .versionChanged, .unavailable, .readOnly, .timedOut, .outcomeUnknown, .stockTooLarge,
      .historyChanged, .lastAdmin, .tokenEnded, .tooManyViews, .failure:
      break
    }
  }
}

extension [JSONViolation] {
  /// All of them in one line, for contracts that have no list of errors.
  var sentence: String {
    map { ($0.field.isEmpty ? "the body" : $0.field) + " " + $0.message }.joined(separator: "; ")
  }
}
