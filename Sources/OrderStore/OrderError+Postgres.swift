import Orders
import Postgres

extension OrderError {
  /// What a failure of the database means to the system.
  init(_ error: PostgresError) {
    if error.isOutcomeUnknown {
      self = .outcomeUnknown
    } else if error.isUnavailable {
      self = .unavailable
    } else {
      self = .failure(detail: error.debugDescription)
    }
  }
}
