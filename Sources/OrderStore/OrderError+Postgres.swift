import Orders
import Postgres

extension OrderError {
  /// What a failure of the database means to the system.
  init(_ error: PostgresError) {
    if error.isOutcomeUnknown {
      self = .outcomeUnknown
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

  /// What was thrown where either vocabulary is spoken.
  init(any error: any Error) {
    switch error {
    case let error as OrderError: self = error
    case let error as PostgresError: self.init(error)
    default: self = .failure(detail: "\(error)")
    }
  }
}
