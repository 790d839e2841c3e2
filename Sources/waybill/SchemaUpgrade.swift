import EventLoop
import OrderStore
import Postgres

/// Brings the schema to the newest version, as its owner, and grants the other roles what they
/// need.
struct SchemaUpgrade {
  /// What was done.
  struct Outcome {
    let applied: [MigrationFile]
    /// Roles that do not exist, so that nothing was granted to them.
    let rolesAbsent: [String]
  }

  let migrator: Migrator
  let grants: AccessGrants

  func run(_ target: ConnectionString, on loop: EventLoop) async throws -> Outcome {
    let session: Session
    do {
      session = try await Session.open(target, on: loop)
    } catch {
      throw MigrationError.unreachable(reason: error.debugDescription)
    }
    defer { session.close() }
    try await refuseDamage(session)
    let applied = try await migrator.migrate(session)
    do {
      return Outcome(applied: applied, rolesAbsent: try await grants.apply(session))
    } catch {
      throw ConfigurationError(
        "the roles cannot be granted their rights: \(error.debugDescription)")
    }
  }

  /// Steps on top of a schema that lacks something would hide what it lacks.
  private func refuseDamage(_ session: Session) async throws {
    do {
      let damage = try await SchemaInspection.read(session).damage
      guard damage.isEmpty else { throw MigrationError.damaged(objects: damage.map(\.description)) }
    } catch let error as PostgresError where error.serverError?.state == .undefinedTable {
      // Nothing was written down yet: the schema is empty, or its steps have not come so far.
    }
  }
}
