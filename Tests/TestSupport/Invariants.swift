import Glibc
package import Postgres
package import Testing

/// The invariants of the data, as one SQL statement in the tests of the repositories.
package enum Invariants {
  /// Records a failure for every row of the result: each is a violated invariant.
  package static func check(
    _ database: Database, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let rows = try await database.read(SQL(unsafeText: try text(of: "invariants")))
    for row in rows {
      let finding = "\(try row.text(0)): \(try row.optionalText(1) ?? "?"): \(try row.text(2))"
      Issue.record("\(finding)", sourceLocation: sourceLocation)
    }
  }

  /// The statement in a file beside the tests.
  static func text(of name: String) throws -> String {
    let path = RepositoryRoot.path + "/Tests/OrderStoreTests/sql/\(name).sql"
    guard let file = fopen(path, "re") else { throw Missing(path: path) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return String(decoding: bytes, as: UTF8.self)
  }

  private struct Missing: Error {
    let path: String
  }
}
