/// Receives the events of a connection.
protocol ConnectionOwner: AnyObject {
  /// A request is no longer on the connection.
  func finished(on connection: Connection)
  /// A request was not executed, for a reason unrelated to it.
  func sendAgain(_ request: Request)
  /// A prepared statement no longer fits the schema, probably on all connections.
  func statementsChanged()
  /// The server takes no writes on this connection.
  func foundReadOnly(_ connection: Connection)
  /// The connection is gone, and these requests have no answer.
  func lost(_ connection: Connection, unanswered: [Request], because reason: ConnectionLoss)
}

/// Why a connection ended.
enum ConnectionLoss {
  case broken(String)
  /// A pooler has given the server process with our prepared statements to another client.
  case shared
  /// The server did not answer in time.
  case overdue
  case closed
}

extension ConnectionLoss {
  /// The error of a request that was in flight.
  func error(_ outcome: PostgresError.Outcome) -> PostgresError {
    switch self {
    case .broken(let reason): .connectionLost(outcome, reason: reason)
    case .shared: .connectionLost(outcome, reason: "a pooler has lent it to somebody else")
    case .overdue: .timeout(outcome)
    case .closed: .connectionLost(outcome, reason: "closed")
    }
  }
}
