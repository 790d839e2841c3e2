import Postgres

/// The schema's steps as they came with this program.
enum Schema {
  static func migrator() throws(MigrationError) -> Migrator {
    let folder = ProgramFiles.folder("migrations", inSource: "migrations")
    return Migrator(files: try MigrationFile.all(inFolder: folder))
  }
}
