import CEmbedded
import Postgres

/// The migrations, which are part of the program.
enum Schema {
  static func migrator() throws(MigrationError) -> Migrator {
    var files: [MigrationFile] = []
    var next = embedded_migrations()!
    while let name = next.pointee.name {
      files.append(
        try MigrationFile(
          fileName: String(cString: name), text: String(cString: next.pointee.text)))
      next += 1
    }
    return Migrator(files: try MigrationFile.inOrder(files))
  }
}
