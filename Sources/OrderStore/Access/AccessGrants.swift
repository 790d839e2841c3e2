package import Postgres

/// The rights of the database's roles. The owner of the schema grants them after each migration.
package struct AccessGrants: Equatable, Sendable {
  /// The role that the service runs as.
  package var service: String
  /// The role for people in psql and for dashboards, which may only read.
  package var reader: String

  /// Grants for these roles.
  package init(service: String, reader: String) {
    self.service = service
    self.reader = reader
  }

  /// Grants what the roles need and revokes everything else; returns the roles that do not exist.
  package func apply(_ session: Session) async throws(PostgresError) -> [String] {
    let rows = try await session.rows(
      "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (\([service, reader]))")
    let existing = try rows.map { row throws(PostgresError) in try row.text(0) }
    func name(_ role: String) -> String? { existing.contains(role) ? role : nil }
    _ = try await session.rows("SELECT grant_access(\(name(service)), \(name(reader)))")
    return [service, reader].filter { !existing.contains($0) }
  }
}
