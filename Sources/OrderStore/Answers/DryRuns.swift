import Orders
package import Postgres

/// Runs work without its effect: for requests that only ask what would happen.
package final class DryRuns {
  private let database: Database

  /// Dry runs over the connections of one loop.
  package init(_ database: Database) { self.database = database }

  /// Runs `work` in a transaction that is always rolled back, and returns what it returned or
  /// throws what it threw.
  ///
  /// Everything that `work` asks of the database is part of the transaction, as it is for a request
  /// with a key, so that it reads its own writes. `work` may run twice, after a conflict.
  package func run<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
      return try await database.transaction(isDryRun: true) {
        (transaction) throws(Interruption) in
        let value: Value
        do {
          value = try await transaction.including(work)
        } catch {
          throw .work(error)
        }
        do throws(PostgresError) {
          // What a commit would check last.
          _ = try await transaction.run("SET CONSTRAINTS ALL IMMEDIATE")
        } catch {
          throw .database(error)
        }
        return value
      }
    } catch {
      switch error {
      case .work(let error): throw error
      case .database(let error): throw OrderError(error)
      }
    }
  }

  private enum Interruption: PostgresFailure {
    case database(PostgresError)
    case work(any Error)

    init(_ error: PostgresError) { self = .database(error) }
  }
}
