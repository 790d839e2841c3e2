import Orders
import Postgres

extension OrderError {
  /// The error in terms of the domain for a failure of the database.
  init(_ error: PostgresError) {
    if error.isOutcomeUnknown {
      self = .outcomeUnknown(detail: error.debugDescription)
    } else if error.isReadOnly {
      self = .readOnly
    } else if error.isTimeout {
      self = .timedOut
    } else if error.isUnavailable {
      self = .unavailable
    } else {
      self = .failure(detail: error.debugDescription)
    }
  }

}

/// Runs `body`, which asks the database, and throws its errors as `OrderError`.
func mappingErrors<Value>(
  _ body: () async throws(PostgresError) -> Value
) async throws(OrderError) -> Value {
  do {
    return try await body()
  } catch {
    throw OrderError(error)
  }
}
