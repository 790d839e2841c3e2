/// Why a server that answers, or a pooler before it, cannot be used.
package enum ServerRefusal: Equatable, Sendable {
  /// The server refused the connection with this state.
  case server(SQLState)
  /// `target_session_attrs` asks for a server that accepts writes, and this one does not.
  case readOnly
  /// `target_session_attrs` asks for a standby, and this server is none.
  case notStandby
  /// A pooler lends the server's connections for one transaction at a time, so prepared statements
  /// and settings do not last.
  case sharedBetweenTransactions
  /// A pooler lends the server's connections for one statement at a time.
  case sharedBetweenStatements
  /// A setting that determines the format of values could not be made.
  case settings

  /// The meaning, as the predicate of a sentence that begins with "the database". It may be shown
  /// to clients: it contains no address, user or value.
  package var meaning: String {
    switch self {
    case .server(let state): state.meaning
    case .readOnly: "takes no writes"
    case .notStandby: "is no standby"
    case .sharedBetweenTransactions:
      "is behind a pooler in transaction mode: use session mode, or set "
        + "WAYBILL_PREPARED_STATEMENTS=off and WAYBILL_DIRECT_DATABASE_URL"
    case .sharedBetweenStatements:
      "is behind a pooler in statement mode: use session or transaction mode"
    case .settings: "does not allow the session settings that the service needs"
    }
  }
}

extension ServerRefusal {
  /// Whether the cause is the mode of a pooler, which does not change by waiting.
  package var isOfPooler: Bool {
    self == .sharedBetweenTransactions || self == .sharedBetweenStatements
  }

  /// Parses libpq's message about a failed connection; nil when no server answered.
  ///
  /// libpq has no function for the SQLSTATE of a failed connection, but includes it in verbose
  /// messages. It contains a digit, unlike `FATAL` before it.
  init?(connectMessage message: String) {
    if let match = message.firstMatch(of: #/: +((?=[A-Z]*[0-9])[0-9A-Z]{5}): /#) {
      self = .server(SQLState(rawValue: String(match.1)))
    } else if message.contains("session is read-only") || message.contains("in hot standby mode") {
      self = message.contains("not in hot standby mode") ? .notStandby : .readOnly
    } else if message.contains("session is not read-only") {
      self = .notStandby
    } else {
      return nil
    }
  }
}

extension SQLState {
  fileprivate var meaning: String {
    switch self {
    case "28P01": "refuses the password"
    case "28000": "does not let this user in: look at the role and at pg_hba.conf"
    case "3D000", "57P04": "has no database of this name"
    case "42501": "does not permit this user to connect"
    case "55000": "does not accept connections"
    case .tooManyConnections: "has too many connections"
    case "57P01", "57P02": "is shutting down"
    case "57P03": "is starting up or shutting down"
    case .readOnlyTransaction: "takes no writes"
    case .queryCanceled, .lockNotAvailable: "does not answer in time"
    default: "refuses the connection (SQLSTATE \(rawValue))"
    }
  }
}
