/// Why a statement has no rows to give. What a caller may be told is nothing: `description` says
/// nothing, `debugDescription` is for the log.
package enum PostgresError: Error, Sendable {
  /// The server refused the statement, which had no effect.
  case server(ServerError)
  /// The connection broke before the answer came.
  case connectionLost(Outcome, reason: String)
  /// The server did not answer by our own deadline; the connection has been thrown away.
  case timeout(Outcome)
  /// No connection could be had in time; nothing was sent.
  case busy
  /// Too many wait already; nothing was sent.
  case queueFull
  /// No server can be reached, or the database is being closed; nothing was sent.
  case unavailable(reason: String)
  /// A server answered and does not let us work; nothing was sent.
  case refused(ServerRefusal, reason: String)
  /// A parameter that PostgreSQL cannot hold; nothing was sent.
  case parameter(String)
  /// A result that is not what the statement's author expects; what the statement did may have been
  /// committed all the same.
  case decoding(column: Int, expected: String, isCommitted: Bool)
  /// A connection string that cannot be used.
  case configuration(String)

  /// What is known of the work whose answer never came.
  package enum Outcome: Sendable {
    /// It left no trace: it only read, or its transaction was never told to commit.
    case noEffect
    /// It may have been committed or not; only the database knows.
    case unknown
  }
}

extension PostgresError {
  /// The server's own words, when it spoke.
  package var serverError: ServerError? {
    if case .server(let error) = self { error } else { nil }
  }

  /// Whether the transaction may succeed when it is run again as a whole: it lost a race.
  package var isRetryable: Bool {
    guard let state = serverError?.state else { return false }
    return state == .serializationFailure || state == .deadlockDetected
  }

  /// Whether the work may have been done although no answer came; never success, never refusal.
  package var isOutcomeUnknown: Bool {
    switch self {
    case .connectionLost(.unknown, _), .timeout(.unknown): true
    case .server(let error): error.state.leavesOutcomeUnknown
    // It was done, and who asked for it cannot be told what was done.
    case .decoding(_, _, let isCommitted): isCommitted
    default: false
    }
  }

  /// Whether the same request may well succeed later: the database is away, busy or shutting down.
  package var isUnavailable: Bool {
    switch self {
    case .connectionLost, .timeout, .busy, .queueFull, .unavailable, .refused: true
    case .server(let error): error.state.isUnavailable
    case .parameter, .decoding, .configuration: false
    }
  }

  /// Whether the server takes no writes: a standby, or one set to read only.
  package var isReadOnly: Bool {
    if case .refused(.takesNoWrites, _) = self { return true }
    return serverError?.state == .readOnlyTransaction
  }

  /// Whether there was a database and it took too long, be it for its own limit or for ours.
  package var isTimeout: Bool {
    switch self {
    case .timeout(.noEffect), .busy, .queueFull: true
    case .server(let error): error.state.isTimeout
    default: false
    }
  }

  /// What is wrong, as it stands behind "the database". Anybody may read it.
  package var meaning: String {
    switch self {
    case .refused(let refusal, _): refusal.meaning
    case .unavailable, .connectionLost: "cannot be reached"
    case .busy, .queueFull, .timeout: "does not answer in time"
    case .server(let error) where isUnavailable || isReadOnly:
      ServerRefusal.server(error.state).meaning
    case .server, .parameter, .decoding, .configuration: "does not answer as it should"
    }
  }

  /// The constraint the statement would have broken.
  package var constraint: String? { serverError?.constraint }

  /// Whether a row with this key exists already, by the unique constraint's name.
  package func isUniqueViolation(constraint: String) -> Bool {
    serverError?.state == .uniqueViolation && serverError?.constraint == constraint
  }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Says nothing, so that nothing leaks when it ends up in an answer.
  package var description: String { "database error" }

  /// Everything known, for the log.
  package var debugDescription: String {
    switch self {
    case .server(let error): error.debugDescription
    case .connectionLost(let outcome, let reason): "connection lost (\(outcome)): \(reason)"
    case .timeout(let outcome): "no answer from the server in time (\(outcome))"
    case .busy: "no connection came free in time"
    case .queueFull: "too many requests wait for a connection"
    case .unavailable(let reason): "database unavailable: \(reason)"
    case .refused(let refusal, let reason): "the database \(refusal.meaning): \(reason)"
    case .parameter(let reason): "unusable parameter: \(reason)"
    case .decoding(let column, let expected, _): "column \(column) is not \(expected)"
    case .configuration(let reason): "connection string: \(reason)"
    }
  }
}

/// An error that says why the database did not do it; the failure type of a transaction's body.
package protocol PostgresFailure: Error {
  /// What the layer above makes of the database's error.
  init(_ error: PostgresError)
}

extension PostgresError: PostgresFailure {
  /// The error itself.
  package init(_ error: PostgresError) { self = error }
}
