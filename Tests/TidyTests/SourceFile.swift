import Glibc

/// A file of the repository; the text of a Swift file is separated into code and comments.
struct SourceFile: Sendable {
  let path: String
  let lines: [String]
  let isExecutable: Bool
  /// The lines with strings and comments replaced by blanks; empty for other files than Swift.
  let code: [String]
  /// The lines with everything but comments replaced by blanks; empty for other files than Swift.
  let comments: [String]

  init(_ path: String, _ text: String, isExecutable: Bool = false) {
    self.path = path
    self.isExecutable = isExecutable
    lines = Self.lines(Array(text.utf8))
    guard path.hasSuffix(".swift") else { (code, comments) = ([], []); return }
    let scanned = SwiftScanner.scan(text)
    code = Self.lines(scanned.code)
    comments = Self.lines(scanned.comments)
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isSource: Bool { path.hasPrefix("Sources/") }

  /// The target the file belongs to: the folder below Sources or Tests.
  var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

extension SourceFile {
  /// The repository's source files, without build products.
  static let tree: [SourceFile] = {
    let folders = ["Sources", "Tests", "migrations", "docs", ".ci", "packaging", "examples"]
    let files = [
      "Package.swift", "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "Dockerfile",
      "docker-compose.yml", ".dockerignore", ".env.example", "dev",
    ]
    return (folders.flatMap(paths) + files).compactMap(read)
  }()

  private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  /// Whether the repository has such a file or folder.
  static func exists(_ path: String) -> Bool { access(root + "/" + path, F_OK) == 0 }

  private static func paths(in folder: String) -> [String] {
    guard let stream = opendir(root + "/" + folder) else { return [] }
    defer { closedir(stream) }
    var found: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let path = folder + "/" + name
      found += entry.pointee.d_type == UInt8(DT_DIR) ? paths(in: path) : [path]
    }
    return found.sorted()
  }

  /// Nil for a file that is missing or not text.
  private static func read(_ path: String) -> SourceFile? {
    guard let file = fopen(root + "/" + path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      return nil
    }
    return SourceFile(path, text, isExecutable: access(root + "/" + path, X_OK) == 0)
  }
}
