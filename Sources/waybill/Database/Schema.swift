import CEmbedded
import Postgres

/// The migrations, which are part of the program.
enum Schema {
  static func migrator() throws(MigrationError) -> Migrator {
    var files: [MigrationFile] = []
    for file in embeddedTexts(embedded_migrations()) {
      files.append(try MigrationFile(fileName: file.name, text: file.text))
    }
    return Migrator(files: try MigrationFile.inOrder(files))
  }
}
