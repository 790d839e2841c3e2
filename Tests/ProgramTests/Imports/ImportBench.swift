import Postgres
import TestSupport
import Testing

@testable import waybill

/// A database into which files are imported, and a folder for these.
final class ImportBench {
  let conninfo: String
  let folder: TemporaryFolder

  init() async throws {
    conninfo = try await MigratedDatabase.make()
    folder = try TemporaryFolder()
  }

  func path(_ name: String) -> String { folder.path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try folder.write(Array(text.utf8), to: name)
  }

  func start(_ arguments: [String], launcher: String? = nil) throws -> RunningProgram {
    try RunningProgram(
      ["DATABASE_URL": conninfo, "TMPDIR": folder.path], arguments: arguments, launcher: launcher)
  }

  /// Runs a command; its exit code and its output.
  func run(_ arguments: [String], launcher: String? = nil) async throws -> (Int32?, String) {
    let program = try start(arguments, launcher: launcher)
    let code = await program.exitCode(within: 180)
    return (code, program.log)
  }

  /// Imports a file that is in the folder.
  @discardableResult
  func load(
    _ kind: String, _ name: String, _ options: [String] = []
  ) async throws -> (Int32?, String) {
    try await run(["import", kind, path(name)] + options)
  }

  /// What an export of a kind writes.
  func export(_ kind: String, _ format: String) async throws -> String {
    let name = "\(kind)-\(UInt32.random(in: 0...UInt32.max)).\(format)"
    let arguments = ["export", kind, "--format", format, "--output", path(name)]
    let (code, log) = try await run(arguments)
    #expect(code == 0, "\(log)")
    return folder.text(of: name) ?? ""
  }

  /// The first column of each row of a statement.
  func texts(_ sql: SQL) async throws -> [String] {
    let conninfo = conninfo
    return try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await session.rows(sql).map { try $0.text(0) }
    }
  }

  func number(_ sql: SQL) async throws -> Int { Int(try await texts(sql).first ?? "") ?? -1 }

  func execute(_ sql: String) async throws {
    let conninfo = conninfo
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(unsafeText: sql)
    }
  }

  /// Whether all that must hold of the data does.
  func checkInvariants() async throws {
    let conninfo = conninfo
    try await onLoop { loop in
      let database = Database(try ConnectionString(conninfo), settings: .patient, on: loop)
      try await Invariants.check(database)
      await database.close()
    }
  }
}
