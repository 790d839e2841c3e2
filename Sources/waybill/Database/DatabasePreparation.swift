import EventLoop
import Glibc
import OrderStore
import Orders
import Postgres
import Telemetry

/// What the service does with an external database when it starts: it checks the schema and the
/// currency, and inserts the demo data if the settings say so. The database may be away for long,
/// so this is done while the service already serves. Lives on its loop.
final class DatabasePreparation {
  /// The pause before the database is asked again.
  private static let pause = Duration.seconds(1)

  private let shared: Shared
  private let migrator: Migrator
  private let loop: EventLoop
  private var isStopped = false
  private var lastReason: String?
  /// Why this program must not use the database.
  private(set) var failure: (any Error)?

  init(_ shared: Shared, _ migrator: Migrator, on loop: EventLoop) {
    self.shared = shared
    self.migrator = migrator
    self.loop = loop
  }

  func start() {
    loop.spawn { [self] in
      do {
        try await checkSchema()
        try await checkCurrency()
        if shared.configuration.seedsDemoData { await insertDemoData() }
      } catch {
        end(because: error)
      }
    }
  }

  func stop() { isStopped = true }

  /// Ends the service in good order, as SIGTERM from outside does.
  private func end(because error: any Error) {
    guard !isStopped else { return }
    failure = error
    kill(getpid(), SIGTERM)
  }

  private func checkSchema() async throws {
    while !isStopped {
      do {
        try await refusePooler()
        return try await migrator.check(shared.target, on: loop)
      } catch MigrationError.unreachable(let reason) {
        wait("the database is away; waiting for it", reason)
      }
      await loop.pause(for: Self.pause)
    }
  }

  /// Keeps the currency, and refuses one that differs from what another instance was told.
  private func checkCurrency() async throws {
    while !isStopped {
      do {
        if let kept = try await settleCurrency() {
          return try kept.refuseOther(shared.configuration.currency)
        }
        wait("the currency waits for the schema", "run waybill migrate")
      } catch let error as PostgresError {
        wait("the currency waits for the database", error.debugDescription)
      }
      await loop.pause(for: Self.pause)
    }
  }

  /// The currency that the database keeps; nil while its schema is older than this program.
  private func settleCurrency() async throws(PostgresError) -> KeptCurrency? {
    let session = try await Session.open(shared.target, on: loop)
    defer { session.close() }
    guard try await SchemaVersion.read(session) >= shared.schemaVersion else { return nil }
    return try await KeptCurrency.settle(shared.configuration.currency, session)
  }

  /// Refuses a pooler through which neither the requests nor the jobs can do their work.
  private func refusePooler() async throws {
    var settings = PostgresSettings.forRequests(shared.configuration)
    (settings.readConnections, settings.writeConnections) = (1, 0)
    let requests = Database(shared.requestTarget, settings: settings, on: loop)
    do throws(PostgresError) {
      _ = try await requests.read("SELECT 1")
      try await Session.open(shared.target, on: loop).close()
      await requests.close()
    } catch {
      await requests.close()
      guard case .refused(let refusal, _) = error, refusal.isOfPooler else {
        throw MigrationError.unreachable(reason: error.debugDescription)
      }
      throw ConfigurationError("the database \(refusal.meaning)")
    }
  }

  private func insertDemoData() async {
    let database = Database(shared.target, settings: .administration, on: loop)
    while !isStopped {
      do throws(OrderError) {
        let inserted = try await DemoData(database).insert()
        if inserted { shared.log.write(.notice, "inserted the demo data") }
        break
      } catch {
        // The data is inserted once, however often that is tried.
        guard error.isPassing || error.isOutcomeUnknown else {
          shared.log.write(.error, "the demo data cannot be inserted", ["reason": "\(error)"])
          break
        }
        wait("the demo data waits for the database", "\(error)")
      }
      await loop.pause(for: Self.pause)
    }
    await database.close()
  }

  /// Logs what is waited for, once for each reason in a row.
  private func wait(_ message: String, _ reason: String) {
    guard reason != lastReason else { return }
    lastReason = reason
    shared.log.write(.warning, message, ["reason": reason])
  }
}
