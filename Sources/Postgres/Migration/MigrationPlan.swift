/// A step that is recorded in the database.
package struct AppliedMigration: Equatable, Sendable {
  package let version: Int
  /// SHA-256 of the step's text, in hexadecimal.
  package let checksum: String

  package init(version: Int, checksum: String) {
    self.version = version
    self.checksum = checksum
  }
}

/// Decides which steps have to be run.
enum MigrationPlan {
  /// The files that have not been run, in order.
  ///
  /// - Parameter checksums: Of `files`, in the same order.
  static func pending(
    _ files: [MigrationFile], checksums: [String], applied: [AppliedMigration]
  ) throws(MigrationError) -> [MigrationFile] {
    for (index, step) in applied.sorted(by: { $0.version < $1.version }).enumerated() {
      guard step.version == index + 1 else { throw .incomplete(missing: index + 1) }
      guard index < files.count else {
        let newest = applied.map(\.version).max() ?? step.version
        throw .newerSchema(version: newest, known: files.count)
      }
      guard step.checksum == checksums[index] else {
        throw .edited(fileName: files[index].fileName)
      }
    }
    return Array(files.dropFirst(applied.count))
  }
}
