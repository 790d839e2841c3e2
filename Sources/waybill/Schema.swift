import Glibc
import Postgres

/// The schema's steps as they came with this program.
enum Schema {
  /// Reads them from beside the binary (`../share/waybill/migrations`, as installed), from the
  /// working tree that the binary was built in, or from the current folder.
  static func migrator() throws(MigrationError) -> Migrator {
    Migrator(files: try MigrationFile.all(inFolder: folder()))
  }

  private static func folder() -> String {
    let own = binaryFolder()
    let candidates = [
      own + "/../share/waybill/migrations", own + "/../../../migrations", "migrations",
    ]
    return candidates.first { access($0, R_OK | X_OK) == 0 } ?? "migrations"
  }

  private static func binaryFolder() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return "." }
    defer { free(path) }
    return "/" + String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
  }
}
