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

  /// A step that was applied.
  package struct Step: Sendable {
    package let version: Int
    package let name: String
    package let appliedAt: Timestamp
  }

  /// All applied steps in order.
  package static func steps(_ database: Database) async throws(PostgresError) -> [Step] {
    try await database.read(
      "SELECT version, name, applied_at FROM schema_migrations ORDER BY version"
    ).map { row throws(PostgresError) in
      Step(version: try row.int(0), name: try row.text(1), appliedAt: try row.timestamp(2))
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
