import CPQ

/// An error as the server reported it.
package struct ServerError: Error, Sendable {
  package let state: SQLState
  /// Whether the server has closed the connection with it.
  package var isFatal: Bool { details.severity == "FATAL" || details.severity == "PANIC" }
  package var message: String { details.message }
  /// The constraint that was violated.
  package var constraint: String? { details.constraint }
  /// The table it is about.
  package var table: String? { details.table }

  private let details: Details

  /// A reference, so that passing an error is as cheap as passing a result.
  private final class Details: Sendable {
    let severity: String
    let message: String
    let detail: String?
    let hint: String?
    let constraint: String?
    let table: String?
    let column: String?
    let function: String?

    init(_ result: OpaquePointer) {
      severity = field("V", of: result) ?? "ERROR"
      message = field("M", of: result) ?? String(cString: PQresultErrorMessage(result))
      detail = field("D", of: result)
      hint = field("H", of: result)
      constraint = field("n", of: result)
      table = field("t", of: result)
      column = field("c", of: result)
      function = field("R", of: result)
    }
  }

  /// Reads a failed result; nil when the error is libpq's, which has no SQLSTATE.
  init?(_ result: OpaquePointer) {
    guard let code = field("C", of: result) else { return nil }
    state = SQLState(rawValue: code)
    details = Details(result)
  }

  /// Whether the prepared statement is no longer valid, because its tables were changed or it was
  /// deallocated. It was not executed.
  var isStaleStatement: Bool {
    state == .invalidStatementName
      || (state == .featureNotSupported && details.function == "RevalidateCachedQuery")
  }
}

/// A field by its letter in the protocol; libpq's macros for them cannot be imported into Swift.
private func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
  let text: UnsafeMutablePointer<CChar>? = PQresultErrorField(result, Int32(letter.value))
  return text.map { String(cString: $0) }
}

extension ServerError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Reveals nothing, in case it ends up in an answer.
  package var description: String { "database error" }

  /// The server's message, for the log. Values that people have entered are left out: the detail of
  /// a constraint violation contains the row or the key, and the message about a bad value contains
  /// the value.
  package var debugDescription: String {
    var text = "\(details.severity) \(state.rawValue)"
    if state.mayQuoteValues {
      text += ": a value that its type does not allow"
    } else {
      text += ": \(message)"
    }
    for (name, value) in [
      ("detail", state.mayDetailRows ? nil : details.detail), ("hint", details.hint),
      ("constraint", constraint), ("table", table), ("column", details.column),
    ] {
      if let value { text += "; \(name): \(value)" }
    }
    return text
  }
}

/// SQLSTATE, the five characters that identify a kind of error.
package struct SQLState: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package init(stringLiteral code: String) { rawValue = code }

  package static let serializationFailure: SQLState = "40001"
  package static let deadlockDetected: SQLState = "40P01"
  package static let uniqueViolation: SQLState = "23505"
  package static let foreignKeyViolation: SQLState = "23503"
  package static let readOnlyTransaction: SQLState = "25006"
  /// Also when a statement ran into its timeout.
  package static let queryCanceled: SQLState = "57014"
  /// Also when the lock timeout was reached.
  package static let lockNotAvailable: SQLState = "55P03"
  package static let tooManyConnections: SQLState = "53300"
  package static let undefinedTable: SQLState = "42P01"
  static let invalidStatementName: SQLState = "26000"
  static let featureNotSupported: SQLState = "0A000"

  /// Whether the message may contain a value: data exceptions do (class 22).
  fileprivate var mayQuoteValues: Bool { rawValue.hasPrefix("22") }

  /// Whether the detail may contain a row or a key. Only the details of transaction conflicts and
  /// of the server's own state are known to name nothing but processes, locks and limits.
  fileprivate var mayDetailRows: Bool {
    !["08", "25", "40", "53", "55", "57", "58"].contains(rawValue.prefix(2))
  }

  /// Connection failures, lack of resources, shutdown or a timeout: a later attempt may succeed.
  var isUnavailable: Bool {
    switch rawValue.prefix(2) {
    case "08", "53", "57", "58": true
    default: self == .lockNotAvailable
    }
  }

  /// Whether the server gave up because it took too long.
  var isTimeout: Bool { self == .queryCanceled || self == .lockNotAvailable }

  /// The two states that say the server itself does not know whether it committed.
  var leavesOutcomeUnknown: Bool { self == "08007" || self == "40003" }
}
