/// Why a server that answers, or a pooler before it, does not let us work.
package enum ServerRefusal: Equatable, Sendable {
  /// It said so by this state.
  case server(SQLState)
  /// It is not of the kind that `target_session_attrs` asks for: this one takes no writes.
  case takesNoWrites
  /// It is not of the kind that `target_session_attrs` asks for: this one is no standby.
  case isNoStandby
  /// A pooler before it lends a connection of the server for one transaction at a time, and what is
  /// prepared or set on it is somebody else's the next moment.
  case sharedBetweenTransactions
  /// A pooler before it lends a connection of the server for one statement at a time.
  case sharedBetweenStatements
  /// A setting that the reading and writing of values rests on cannot be had.
  case settings

  /// What it means, as it stands behind "the database". Anybody may read it: it names no address,
  /// no user and no value.
  package var meaning: String {
    switch self {
    case .server(let state): state.meaning
    case .takesNoWrites: "takes no writes"
    case .isNoStandby: "is no standby"
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
  /// Whether it lies at a pooler's mode, which no waiting changes.
  package var isOfPooler: Bool {
    self == .sharedBetweenTransactions || self == .sharedBetweenStatements
  }

  /// What libpq says of an attempt to connect; nil when no server answered.
  ///
  /// libpq keeps the state to itself, but writes it when it is told to be verbose. It has a digit,
  /// unlike `FATAL` before it.
  init?(connectMessage message: String) {
    if let match = message.firstMatch(of: #/: +((?=[A-Z]*[0-9])[0-9A-Z]{5}): /#) {
      self = .server(SQLState(rawValue: String(match.1)))
    } else if message.contains("session is read-only") || message.contains("in hot standby mode") {
      self = message.contains("not in hot standby mode") ? .isNoStandby : .takesNoWrites
    } else if message.contains("session is not read-only") {
      self = .isNoStandby
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
