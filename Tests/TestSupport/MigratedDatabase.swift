package import Postgres
package import PrivateCluster

/// Databases with the newest schema, copied from one that is migrated once.
package enum MigratedDatabase {
  package static func migrator() throws -> Migrator {
    Migrator(files: try MigrationFile.all(inFolder: RepositoryRoot.path + "/migrations"))
  }

  /// The connection string, for the owner, of a new database with the newest schema and no rows.
  package static func make() async throws -> String {
    let template = try await TestCluster.shared.template("waybill_newest") { conninfo in
      try await prepare(conninfo)
    }
    return try TestCluster.shared.makeDatabase(template: template)
  }

  /// Does the same as `waybill migrate`: applies all steps and grants the rights of the roles.
  package static func prepare(_ conninfo: String) async throws {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      _ = try await migrator().migrate(session)
      _ = try await session.rows(
        "SELECT grant_access(\(ClusterRole.service.rawValue), \(ClusterRole.reader.rawValue))")
    }
  }

  /// The same database for another role.
  package static func `as`(_ role: ClusterRole, _ conninfo: String) -> String {
    // libpq uses the last of two values of a keyword.
    conninfo + " user=\(role.rawValue)"
  }
}

package enum RepositoryRoot {
  /// The folder of Package.swift.
  package static let path = #filePath.split(separator: "/").dropLast(3)
    .reduce(into: "") { $0 += "/" + $1 }
}
