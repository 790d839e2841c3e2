import Glibc

/// One step of the schema: `NNNN_name.sql`, plain SQL that psql could run as well.
package struct MigrationFile: Equatable, Sendable {
  /// The largest size of a file; a larger step would be data, not schema.
  package static let bytesMax = 1 << 20

  /// The step's number, from 1.
  package let version: Int
  /// The file's name without the number and the extension.
  package let name: String
  package let text: String

  package init(version: Int, name: String, text: String) {
    self.version = version
    self.name = name
    self.text = text
  }

  package var fileName: String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name + ".sql"
  }

  /// All steps of a folder in order; refuses gaps, repeated numbers and other files.
  package static func all(inFolder folder: String) throws(MigrationError) -> [MigrationFile] {
    guard let directory = opendir(folder) else { throw .unreadable(path: folder) }
    defer { closedir(directory) }
    var files: [MigrationFile] = []
    while let entry = readdir(directory) {
      let fileName = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard fileName.hasSuffix(".sql") else { continue }
      guard let text = read(folder + "/" + fileName) else {
        throw .unreadable(path: folder + "/" + fileName)
      }
      files.append(try MigrationFile(fileName: fileName, text: text))
    }
    guard !files.isEmpty else { throw .unreadable(path: folder) }
    return try inOrder(files)
  }

  /// These steps in order; refuses gaps and repeated numbers.
  package static func inOrder(_ files: [MigrationFile]) throws(MigrationError) -> [MigrationFile] {
    let files = files.sorted { $0.version < $1.version }
    for (index, file) in files.enumerated() where file.version != index + 1 {
      throw .misplaced(fileName: file.fileName, expected: index + 1)
    }
    return files
  }

  /// Refuses a file name that does not have the form above.
  package init(fileName: String, text: String) throws(MigrationError) {
    let parts = fileName.dropLast(4).split(separator: "_", maxSplits: 1)
    guard fileName.hasSuffix(".sql"), parts.count == 2, parts[0].utf8.count == 4,
      let version = Int(parts[0]), version > 0,
      parts[1].utf8.allSatisfy({ $0 == 95 || (48...57).contains($0) || (97...122).contains($0) })
    else { throw .misnamed(fileName: fileName) }
    self.init(version: version, name: String(parts[1]), text: text)
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard count > 0, count <= bytesMax else { return nil }
    return String(validating: bytes[..<count], as: UTF8.self)
  }
}
