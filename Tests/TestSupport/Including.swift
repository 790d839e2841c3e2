package import Postgres

/// Why a transaction that included other work failed.
package enum IncludedFailure: PostgresFailure {
  case database(PostgresError)
  case other(any Error)
  package init(_ error: PostgresError) { self = .database(error) }
}

extension Database {
  /// Runs `body` as part of a transaction, which is committed unless it throws.
  package func including(
    _ body: () async throws -> Void
  ) async throws(IncludedFailure) {
    try await transaction { (transaction) throws(IncludedFailure) in
      do {
        try await transaction.including(body)
      } catch {
        throw .other(error)
      }
    }
  }
}
