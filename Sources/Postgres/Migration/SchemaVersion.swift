/// The version of a database's schema.
package enum SchemaVersion {
  /// The newest applied step; 0 when there is none.
  package static func read(_ database: Database) async throws(PostgresError) -> Int {
    do {
      let rows = try await database.read("SELECT coalesce(max(version), 0) FROM schema_migrations")
      return Int(try rows[0].int(0))
    } catch {
      guard error.serverError?.state == .undefinedTable else { throw error }
      return 0
    }
  }

  package static func read(_ session: Session) async throws(PostgresError) -> Int {
    do {
      let rows = try await session.rows("SELECT coalesce(max(version), 0) FROM schema_migrations")
      return Int(try rows[0].int(0))
    } catch {
      guard error.serverError?.state == .undefinedTable else { throw error }
      return 0
    }
  }
}
