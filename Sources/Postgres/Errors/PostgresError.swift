/// Why a statement failed. `description` reveals nothing, so that clients cannot see it;
/// `debugDescription` is for the log.
package enum PostgresError: Error, Sendable {
  /// The server refused the statement, which had no effect.
  case server(ServerError)
  /// The connection broke before the answer came.
  case connectionLost(Outcome, reason: String)
  /// The server did not answer within our deadline; the connection has been closed.
  case timeout(Outcome)
  /// No connection was free in time; nothing was sent.
  case busy
  /// Too many requests are waiting; nothing was sent.
  case queueFull
  /// No server can be reached, or the database is being closed; nothing was sent.
  case unavailable(reason: String)
  /// A server answered, but cannot be used; nothing was sent.
  case refused(ServerRefusal, reason: String)
  /// A parameter that PostgreSQL cannot store; nothing was sent.
  case parameter(String)
  /// The result does not have the expected type; the statement may have been committed
  /// nevertheless.
  case decoding(column: Int, expected: String, isCommitted: Bool)
  case configuration(String)

  /// Whether work without an answer has had an effect.
  package enum Outcome: Sendable {
    /// None: it only read, or COMMIT was not sent.
    case noEffect
    /// It may have been committed or not.
    case unknown
  }
}

extension PostgresError {
  /// The server's error, if it reported one.
  package var serverError: ServerError? {
    if case .server(let error) = self { error } else { nil }
  }

  /// Whether the transaction may succeed when it is repeated: it was in conflict with another one.
  package var isRetryable: Bool {
    guard let state = serverError?.state else { return false }
    return state == .serializationFailure || state == .deadlockDetected
  }

  /// Whether the work may have been committed although there is an error. Such an error must not be
  /// reported as a failure.
  package var isOutcomeUnknown: Bool {
    switch self {
    case .connectionLost(.unknown, _), .timeout(.unknown): true
    case .server(let error): error.state.leavesOutcomeUnknown
    // It was committed, but its result cannot be returned.
    case .decoding(_, _, let isCommitted): isCommitted
    default: false
    }
  }

  /// Whether the same request is likely to succeed later: the database is away, busy or shutting
  /// down.
  package var isUnavailable: Bool {
    switch self {
    case .connectionLost, .timeout, .busy, .queueFull, .unavailable, .refused: true
    case .server(let error): error.state.isUnavailable
    case .parameter, .decoding, .configuration: false
    }
  }

  /// Whether the server takes no writes: a standby, or one set to read only.
  package var isReadOnly: Bool {
    if case .refused(.readOnly, _) = self { return true }
    return serverError?.state == .readOnlyTransaction
  }

  /// Whether the database was there and took too long, by its own limit or by ours.
  package var isTimeout: Bool {
    switch self {
    case .timeout(.noEffect), .busy, .queueFull: true
    case .server(let error): error.state.isTimeout
    default: false
    }
  }

  /// What is wrong, as the predicate of a sentence that begins with "the database". It may be shown
  /// to clients.
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
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Reveals nothing, in case it ends up in an answer.
  package var description: String { "database error" }

  /// All details, for the log.
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

/// The error type of a transaction's body: it can represent the database's errors.
package protocol PostgresFailure: Error {
  init(_ error: PostgresError)
}

extension PostgresError: PostgresFailure {
  package init(_ error: PostgresError) { self = error }
}
