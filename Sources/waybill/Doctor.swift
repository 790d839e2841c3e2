import EventLoop
import Postgres

/// `waybill doctor`: looks at everything the service needs and says what is wrong and what to do.
struct Doctor {
  /// Clocks further apart than this make dates in answers and in the database disagree.
  private static let clockSkewMax = 2.0

  private let environment: Environment

  init(_ environment: Environment) { self.environment = environment }

  func run(asJSON: Bool) throws -> Int32 {
    do {
      let configuration = try Configuration(environment)
      report("settings", "ok")
      let migrator = try Schema.migrator()
      let store = try RunningStore(configuration, besideService: true)
      defer { store.stop() }
      Interruption.ofProcess.endsProcess { store.stop() }
      return try EventLoop().runUntilDone { loop in
        try await examine(store.target, migrator, on: loop)
      }
    } catch {
      report("trouble", "\(error)")
      return 1
    }
  }

  private func examine(
    _ target: ConnectionString, _ migrator: Migrator, on loop: EventLoop
  ) async throws -> Int32 {
    let session: Session
    do {
      session = try await Session.open(target, on: loop)
    } catch {
      report(
        "database",
        "cannot be reached: \(error.debugDescription); check DATABASE_URL and the server")
      return 1
    }
    defer { session.close() }
    let facts = try await session.rows(
      """
      SELECT current_setting('server_version'),
             current_setting('server_version_num')::bigint,
             (extract(epoch FROM clock_timestamp()) * 1000)::bigint
      """)
    let version = try facts[0].text(0)
    let isKnown = try facts[0].int(1) >= 140_000
    report(
      "database", isKnown ? "ok, PostgreSQL \(version)" : "\(version) is too old: use 14 or newer")
    let skew = Double(try facts[0].int(2)) / 1e3 - Double(loop.wallClock) / 1e9
    let inStep = abs(skew) <= Self.clockSkewMax
    report(
      "clock", inStep ? "ok" : "\(Int(skew)) s apart from the database's: set both by NTP")
    let isNewest = try await examineSchema(target, migrator, session, on: loop)
    return isKnown && inStep && isNewest ? 0 : 1
  }

  private func examineSchema(
    _ target: ConnectionString, _ migrator: Migrator, _ session: Session, on loop: EventLoop
  ) async throws -> Bool {
    do {
      try await migrator.check(target, on: loop)
    } catch {
      report("schema", error.description)
      return false
    }
    let version = try await SchemaVersion.read(session)
    let isNewest = version == migrator.files.count
    report(
      "schema",
      isNewest
        ? "ok, version \(version)"
        : "at version \(version), newest is \(migrator.files.count): run waybill migrate")
    return isNewest
  }

  private func report(_ subject: String, _ finding: String) { print("\(subject): \(finding)") }
}
