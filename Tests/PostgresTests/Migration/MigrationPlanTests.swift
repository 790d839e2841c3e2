import TestSupport
import Testing

@testable import Postgres

@Suite("What is left to migrate")
struct MigrationPlanTests {
  private static let files = ["a", "b", "c"].enumerated().map {
    MigrationFile(version: $0.offset + 1, name: $0.element, text: "SELECT '\($0.element)'")
  }
  private static let sums = ["1a", "2b", "3c"]

  private func pending(_ applied: [(Int, String)]) throws -> [Int] {
    try MigrationPlan.pending(
      Self.files, checksums: Self.sums,
      applied: applied.map { AppliedMigration(version: $0.0, checksum: $0.1) }
    ).map(\.version)
  }

  @Test("is all steps, the rest, or none")
  func rest() throws {
    #expect(try pending([]) == [1, 2, 3])
    #expect(try pending([(2, "2b"), (1, "1a")]) == [3])
    #expect(try pending([(1, "1a"), (2, "2b"), (3, "3c")]) == [])
  }

  typealias Refused = (why: String, applied: [(Int, String)], error: MigrationError)
  static let refused: [Refused] = [
    ("an edited file", [(1, "1a"), (2, "xx")], .edited(fileName: "0002_b.sql")),
    (
      "a schema from the future", [(1, "1a"), (2, "2b"), (3, "3c"), (4, "4d"), (5, "5e")],
      .newerSchema(version: 5, known: 3)
    ),
    ("a step that was left out", [(1, "1a"), (3, "3c")], .incomplete(missing: 2)),
    ("a first step that is missing", [(2, "2b")], .incomplete(missing: 1)),
  ]

  @Test("is refused when the database has other steps", arguments: refused)
  func refusal(_ example: Refused) {
    #expect(throws: example.error, "\(example.why)") { try pending(example.applied) }
  }
}

@Suite("A folder of migrations")
struct MigrationFileTests {
  @Test("is read in order, and this repository's has no gap")
  func repository() throws {
    let files = try MigrationFile.all(inFolder: RepositoryRoot.path + "/migrations")

    #expect(files.map(\.version) == Array(1...files.count))
    #expect(files[0].fileName == "0001_products.sql")
  }

  typealias Refused = (
    why: String, files: [String: String], error: @Sendable (String) -> MigrationError
  )
  static let refused: [Refused] = [
    ("no file", [:], { .unreadable(path: $0) }),
    ("a name without a number", ["x.sql": "x"], { _ in .misnamed(fileName: "x.sql") }),
    ("three digits", ["001_x.sql": "x"], { _ in .misnamed(fileName: "001_x.sql") }),
    ("capitals", ["0001_X.sql": "x"], { _ in .misnamed(fileName: "0001_X.sql") }),
    ("a zero", ["0000_x.sql": "x"], { _ in .misnamed(fileName: "0000_x.sql") }),
    ("an empty file", ["0001_x.sql": ""], { .unreadable(path: $0 + "/0001_x.sql") }),
    ("not UTF-8", ["0001_x.sql": "\u{0}invalid"], { .unreadable(path: $0 + "/0001_x.sql") }),
    (
      "a gap", ["0001_x.sql": "x", "0003_z.sql": "x"],
      { _ in .misplaced(fileName: "0003_z.sql", expected: 2) }
    ),
    (
      "a doubled number", ["0001_x.sql": "x", "0001_y.sql": "x"],
      { _ in .misplaced(fileName: "0001_y.sql", expected: 2) }
    ),
  ]

  @Test("is refused when it is not NNNN_name.sql from 1 on", arguments: refused)
  func refusal(_ example: Refused) throws {
    let folder = try TemporaryFolder()
    for (name, text) in example.files {
      let bytes = text.hasPrefix("\u{0}") ? [0xFF, 0xFE] : Array(text.utf8)
      try folder.write(bytes, to: name)
    }

    let error = #expect(throws: MigrationError.self) {
      try MigrationFile.all(inFolder: folder.path)
    }

    // Of two with one number either may come first; both are named in the right place.
    let expected = example.error(folder.path)
    let isTwin = error == .misplaced(fileName: "0001_x.sql", expected: 2)
    #expect(error == expected || (example.why == "a doubled number" && isTwin), "\(example.why)")
  }
}
