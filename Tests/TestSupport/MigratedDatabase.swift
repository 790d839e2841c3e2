public import Postgres

/// Databases with the newest schema, each a copy of one that was migrated once.
public enum MigratedDatabase {
  /// The steps of the repository.
  public static func migrator() throws -> Migrator {
    Migrator(files: try MigrationFile.all(inFolder: RepositoryRoot.path + "/migrations"))
  }

  /// The connection string of a fresh database at the newest schema, otherwise empty.
  public static func make() async throws -> String {
    let template = try await TestCluster.shared.template("waybill_newest") { conninfo in
      _ = try await onLoop { loop in
        try await migrator().migrate(try ConnectionString(conninfo), on: loop)
      }
    }
    return try TestCluster.shared.makeDatabase(template: template)
  }
}

/// Where the repository lies on this machine.
public enum RepositoryRoot {
  /// The folder that holds Package.swift.
  public static let path = #filePath.split(separator: "/").dropLast(3)
    .reduce(into: "") { $0 += "/" + $1 }
}
