package import Postgres

/// Grants the roles of the database what they need; the owner of the schema does it after each
/// migration.
package struct AccessGrants: Equatable, Sendable {
  /// The role that the service runs as.
  package var service: String
  /// The role of people in psql and of dashboards, which may only read.
  package var reader: String

  /// Grants for these roles.
  package init(service: String, reader: String) {
    self.service = service
    self.reader = reader
  }

  /// Grants what the roles need and takes back what they do not; answers which do not exist.
  package func apply(_ session: Session) async throws(PostgresError) -> [String] {
    let rows = try await session.rows(
      "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (\([service, reader]))")
    let existing = try rows.map { row throws(PostgresError) in try row.text(0) }
    func name(_ role: String) -> String? { existing.contains(role) ? role : nil }
    _ = try await session.rows("SELECT grant_access(\(name(service)), \(name(reader)))")
    return [service, reader].filter { !existing.contains($0) }
  }
}
