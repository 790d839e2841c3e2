import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("The migrator")
struct MigratorTests {
  private static let steps = [
    MigrationFile(version: 1, name: "first", text: "CREATE TABLE one (id int);"),
    MigrationFile(
      version: 2, name: "second", text: "CREATE TABLE two (id int); INSERT INTO two VALUES (2);"),
  ]

  /// Migrates a database to `files`, and answers what was applied.
  @discardableResult
  private func migrate(_ files: [MigrationFile], _ conninfo: String) async throws -> [Int] {
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      return try await Migrator(files: files).migrate(target, on: loop).map(\.version)
    }
  }

  private func ask(_ sql: SQL, _ conninfo: String) async throws -> String {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await session.rows(sql)[0].text(0)
    }
  }

  @Test("applies each step once, in order, and records it")
  func order() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()

    #expect(try await migrate([Self.steps[0]], conninfo) == [1])
    #expect(try await migrate(Self.steps, conninfo) == [2])
    #expect(try await migrate(Self.steps, conninfo) == [])
    let names = try await ask(
      "SELECT string_agg(version || ' ' || name, ', ' ORDER BY version) FROM schema_migrations",
      conninfo)
    #expect(names == "1 first, 2 second")
  }

  @Test("does the work once, however many instances start at the same time")
  func together() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()

    let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<8 { group.addTask { try await migrate(Self.steps, conninfo) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }

    #expect(applied.filter { $0 == [1, 2] }.count == 1)
    #expect(applied.filter { $0.isEmpty }.count == 7)
    #expect(try await ask("SELECT count(*) FROM two", conninfo) == "1")
  }

  @Test("rolls back a step that fails, and continues from there when it is corrected")
  func failing() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    let broken = MigrationFile(
      version: 2, name: "second", text: "CREATE TABLE two (id int); SELECT 1 / 0;")

    let error = await #expect(throws: MigrationError.self) {
      try await migrate([Self.steps[0], broken], conninfo)
    }

    #expect("\(error!)".contains("0002_second.sql failed and was undone"))
    #expect(try await ask("SELECT to_regclass('two') IS NULL", conninfo) == "t")
    #expect(try await ask("SELECT max(version) FROM schema_migrations", conninfo) == "1")
    #expect(try await migrate(Self.steps, conninfo) == [2])
  }

  @Test("rolls back a step whose instance dies in the middle")
  func killed() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    let suicidal = MigrationFile(
      version: 1, name: "first",
      text: "CREATE TABLE one (id int); SELECT pg_terminate_backend(pg_backend_pid());")

    let error = await #expect(throws: MigrationError.self) {
      try await migrate([suicidal], conninfo)
    }

    #expect("\(error!)".hasPrefix("0001_first.sql was interrupted: "))

    #expect(try await ask("SELECT to_regclass('one') IS NULL", conninfo) == "t")
    #expect(try await migrate(Self.steps, conninfo) == [1, 2])
  }

  @Test(
    "refuses a step that ends its own transaction, even if it fails after that",
    arguments: [
      "COMMIT; SELECT 1", "ROLLBACK;", "COMMIT; SELECT 1 / 0;", "COMMIT; BEGIN; SELECT 1 / 0;",
      "ROLLBACK; BEGIN; CREATE TABLE two (id int); COMMIT; SELECT 1 / 0;",
    ])
  func endsTransaction(_ text: String) async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    let step = MigrationFile(version: 1, name: "first", text: "CREATE TABLE one (id int); " + text)

    await #expect(throws: MigrationError.endedTransaction(fileName: "0001_first.sql")) {
      try await migrate([step], conninfo)
    }
  }

  @Test("refuses an edited step and a newer schema, changes nothing, and says so when only asked")
  func refusals() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    try await migrate(Self.steps, conninfo)
    let edited = MigrationFile(version: 1, name: "first", text: "CREATE TABLE one (id bigint);")
    let third = MigrationFile(version: 3, name: "third", text: "CREATE TABLE three (id int);")

    await #expect(throws: MigrationError.edited(fileName: "0001_first.sql")) {
      try await migrate([edited, Self.steps[1], third], conninfo)
    }
    await #expect(throws: MigrationError.newerSchema(version: 2, known: 1)) {
      try await migrate([Self.steps[0]], conninfo)
    }
    await #expect(throws: MigrationError.newerSchema(version: 2, known: 1)) {
      try await onLoop { loop in
        let target = try ConnectionString(conninfo)
        try await Migrator(files: [Self.steps[0]]).check(target, on: loop)
      }
    }
    #expect(try await ask("SELECT to_regclass('three') IS NULL", conninfo) == "t")
  }

  @Test("names an empty database's schema 0 and a migrated one's by its newest step")
  func version() async throws {
    let empty = try TestCluster.shared.makeEmptyDatabase()
    let migrated = try TestCluster.shared.makeEmptyDatabase()
    try await migrate(Self.steps, migrated)

    for (conninfo, expected) in [(empty, 0), (migrated, 2)] {
      let version = try await onLoop { loop in
        let database = Database(try ConnectionString(conninfo), on: loop)
        let version = try await SchemaVersion.read(database)
        await database.close()
        return version
      }
      #expect(version == expected)
    }
  }
}
