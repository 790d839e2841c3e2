package import Postgres
package import PrivateCluster

/// Databases with the newest schema, each a copy of one that was migrated once.
package enum MigratedDatabase {
  /// The steps of the repository.
  package static func migrator() throws -> Migrator {
    Migrator(files: try MigrationFile.all(inFolder: RepositoryRoot.path + "/migrations"))
  }

  /// The connection string of a fresh database at the newest schema, otherwise empty, for the role
  /// that owns it.
  package static func make() async throws -> String {
    let template = try await TestCluster.shared.template("waybill_newest") { conninfo in
      try await prepare(conninfo)
    }
    return try TestCluster.shared.makeDatabase(template: template)
  }

  /// Does what `waybill migrate` does: all steps, and the roles' rights.
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
    // The later of two values of one keyword holds.
    conninfo + " user=\(role.rawValue)"
  }
}

/// Where the repository lies on this machine.
package enum RepositoryRoot {
  /// The folder that holds Package.swift.
  package static let path = #filePath.split(separator: "/").dropLast(3)
    .reduce(into: "") { $0 += "/" + $1 }
}
