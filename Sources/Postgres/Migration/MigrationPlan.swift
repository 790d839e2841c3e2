/// A step that the database remembers.
package struct AppliedMigration: Equatable, Sendable {
  /// The step's number.
  package let version: Int
  /// SHA-256 of the text that was run, in hexadecimal.
  package let checksum: String

  /// A step as recorded.
  package init(version: Int, checksum: String) {
    self.version = version
    self.checksum = checksum
  }
}

/// What is left to do, or why nothing may be done.
enum MigrationPlan {
  /// The files still to be run, in order.
  ///
  /// - Parameter checksums: of `files`, in the same order, by the same function as was recorded.
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
