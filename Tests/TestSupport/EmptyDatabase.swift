package import EventLoop
package import Postgres

/// Runs `body` on a loop of its own with an empty database of its own.
package func withDatabase<Result: Sendable>(
  _ settings: PostgresSettings = .patient,
  _ body: @escaping @Sendable (Database, EventLoop) async throws -> Result
) async throws -> Result {
  let target = try ConnectionString(TestCluster.shared.makeDatabase())
  return try await onLoop { loop in
    let database = Database(target, settings: settings, on: loop)
    do {
      let result = try await body(database, loop)
      await database.close()
      return result
    } catch {
      await database.close()
      throw DetailedError(error)
    }
  }
}
