import CPQ

/// An error as the server reported it.
package struct ServerError: Error, Sendable {
  /// What kind of error.
  package let state: SQLState
  /// Whether the server ended the connection with it.
  package var isFatal: Bool { details.severity == "FATAL" || details.severity == "PANIC" }
  /// The server's sentence.
  package var message: String { details.message }
  /// The name of the constraint that was broken.
  package var constraint: String? { details.constraint }
  /// The table it is about.
  package var table: String? { details.table }

  private let details: Details

  /// Behind a reference, so that an error is as cheap to pass as a result.
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

  /// Reads a failed result; nil when the error is libpq's own, which carries no state.
  init?(_ result: OpaquePointer) {
    guard let code = field("C", of: result) else { return nil }
    state = SQLState(rawValue: code)
    details = Details(result)
  }

  /// Whether the prepared statement is no longer what it was, through no fault of its caller: its
  /// tables changed, or somebody deallocated it. It was not executed.
  var isStaleStatement: Bool {
    state == .invalidStatementName
      || (state == .featureNotSupported && details.function == "RevalidateCachedQuery")
  }
}

/// A field by its letter in the protocol; libpq's names for them do not reach Swift.
private func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
  let text: UnsafeMutablePointer<CChar>? = PQresultErrorField(result, Int32(letter.value))
  return text.map { String(cString: $0) }
}

extension ServerError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Says nothing, so that nothing leaks.
  package var description: String { "database error" }

  /// What the server said, for the log. Values that people have entered are left out: the detail of
  /// a broken constraint is the row, or the key, and the message of a bad value is that value.
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

/// The five characters by which the server names a kind of error.
package struct SQLState: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  /// The code, as in the appendix of PostgreSQL's manual.
  package let rawValue: String

  /// A state by its code.
  package init(rawValue: String) { self.rawValue = rawValue }

  /// A state by its code.
  package init(stringLiteral code: String) { rawValue = code }

  /// Two transactions could not both go first.
  package static let serializationFailure: SQLState = "40001"
  /// Two transactions waited for each other.
  package static let deadlockDetected: SQLState = "40P01"
  /// A key exists already.
  package static let uniqueViolation: SQLState = "23505"
  /// A row refers to one that is not there.
  package static let foreignKeyViolation: SQLState = "23503"
  /// A value fails its check.
  package static let checkViolation: SQLState = "23514"
  /// A write where only reads are allowed.
  package static let readOnlyTransaction: SQLState = "25006"
  /// A statement ran into its timeout or was cancelled.
  package static let queryCanceled: SQLState = "57014"
  /// A lock was not had in time.
  package static let lockNotAvailable: SQLState = "55P03"
  /// The server has no connection left.
  package static let tooManyConnections: SQLState = "53300"
  /// A table that does not exist.
  package static let undefinedTable: SQLState = "42P01"
  static let invalidStatementName: SQLState = "26000"
  static let featureNotSupported: SQLState = "0A000"

  /// Whether the message may repeat a value: data exceptions do (class 22).
  fileprivate var mayQuoteValues: Bool { rawValue.hasPrefix("22") }

  /// Whether the detail may repeat a row or a key. Only that of conflicts between transactions and
  /// of the server's own state is known to name processes, locks and limits alone.
  fileprivate var mayDetailRows: Bool {
    !["08", "25", "40", "53", "55", "57", "58"].contains(rawValue.prefix(2))
  }

  /// Connection trouble, lack of resources, shutdown or a timeout: another time it may work.
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
