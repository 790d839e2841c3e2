import EventLoop
import OrderStore
import Orders
import Postgres

/// The commands that change the database: `waybill migrate` and `waybill seed`.
struct Maintenance {
  private let configuration: Configuration

  init(_ configuration: Configuration) { self.configuration = configuration }

  func migrate() throws -> Int32 {
    let migrator = try Schema.migrator()
    let upgrade = SchemaUpgrade(migrator, configuration)
    let outcome = try configuration.onDatabase(asOwner: true) { target, loop in
      try await upgrade.run(target, on: loop)
    }
    let lines =
      outcome.applied.map { "applied \($0.fileName)\n" }
      + ["the schema is at version \(migrator.files.count)\n"]
      + outcome.rolesAbsent.map { "there is no role \($0): nothing was granted to it\n" }
      + [outcome.bootstrap?.notice].compactMap(\.self).map { notice in
        notice.message + (notice.cure.map { ": \($0)" } ?? "") + "\n"
      }
    try StandardOutput.write(lines.joined())
    if let role = outcome.rolesAbsent.first(where: configuration.rolesNamed.contains) {
      throw ConfigurationError(
        "the role \(role) does not exist: CREATE ROLE it, then run waybill migrate again")
    }
    return 0
  }

  func seed() throws -> Int32 {
    let inserted = try configuration.onDatabase { target, loop in
      try await target.administer("the demo data cannot be inserted", on: loop) { database in
        try await DemoData(database).insert()
      }
    }
    try StandardOutput.write(
      inserted ? "inserted the demo data\n" : "the catalogue is not empty; nothing was changed\n")
    return 0
  }
}

extension Configuration {
  /// Runs `body` on a loop of this thread, with the database that the settings name. A private
  /// cluster may be in use by the service at the same time.
  func onDatabase<Result: Sendable>(
    asOwner: Bool = false, _ body: @escaping (ConnectionString, EventLoop) async throws -> Result
  ) throws -> Result {
    let running = try RunningDatabase(self, besideService: true)
    defer { running.stop() }
    StopSignals.ofProcess.endProcess { running.stop() }
    let target = asOwner ? running.owner : running.target
    return try EventLoop().runUntilDone { loop in try await body(target, loop) }
  }
}

extension ConnectionString {
  /// Runs `body` on the database with the long timeouts of administration. The message of an error
  /// begins with `failure`.
  func administer<Result: Sendable>(
    _ failure: String, on loop: EventLoop, _ body: (Database) async throws -> Result
  ) async throws -> Result {
    let database = Database(self, settings: .administration, on: loop)
    do {
      let result = try await body(database)
      await database.close()
      return result
    } catch {
      await database.close()
      guard error is OrderError || error is PostgresError else { throw error }
      throw ConfigurationError("\(failure): \(error); `waybill doctor` looks for the cause")
    }
  }
}

extension EventLoop {
  /// Runs the loop on this thread until `body` has finished.
  func runUntilDone<Value>(_ body: @escaping (EventLoop) async throws -> Value) throws -> Value {
    var result: Result<Value, any Error>?
    let work: () async -> Void = {
      do {
        result = .success(try await body(self))
      } catch {
        result = .failure(error)
      }
      self.stop()
    }
    let bound = LoopBound(self, work)
    execute { self.spawn(bound.value) }
    run()
    return try result!.get()
  }
}
