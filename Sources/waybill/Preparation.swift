import EventLoop
import Glibc
import OrderStore
import Orders
import Postgres

/// What the service wants of a database that somebody else runs: a look at its schema, and demo
/// data there if the settings say so. It may be away or silent for as long as it likes, so this
/// goes on beside serving. Lives on its loop.
final class Preparation {
  /// How soon the database is asked again.
  private static let pause = Duration.seconds(1)

  private let shared: Shared
  private let migrator: Migrator
  private let loop: EventLoop
  private var isStopped = false
  private var lastReason: String?
  /// Why this program must not touch the database.
  private(set) var refusal: MigrationError?

  init(_ shared: Shared, _ migrator: Migrator, on loop: EventLoop) {
    self.shared = shared
    self.migrator = migrator
    self.loop = loop
  }

  func start() {
    loop.spawn { [self] in
      do throws(MigrationError) {
        try await checkSchema()
        if shared.configuration.seedsDemoData { await plantDemoData() }
      } catch {
        end(because: error)
      }
    }
  }

  func stop() { isStopped = true }

  /// Ends the service in good order, on the way by which anybody else would.
  private func end(because error: MigrationError) {
    guard !isStopped else { return }
    refusal = error
    kill(getpid(), SIGTERM)
  }

  private func checkSchema() async throws(MigrationError) {
    while !isStopped {
      do throws(MigrationError) {
        return try await migrator.check(shared.target, on: loop)
      } catch .unreachable(let reason) {
        wait("the database is away; waiting for it", reason)
      }
      await loop.pause(for: Self.pause)
    }
  }

  private func plantDemoData() async {
    let database = Database(shared.target, settings: .administration, on: loop)
    while !isStopped {
      do {
        if try await SchemaVersion.read(database) >= shared.schemaVersion {
          let planted = try await DemoData(database).plant()
          if planted { shared.log.write(.notice, "planted the demo data") }
          break
        }
        wait("the demo data waits for the schema", "run waybill migrate")
      } catch {
        let reason = (error as? PostgresError)?.debugDescription ?? "\(error)"
        guard isPassing(error) else {
          shared.log.write(.error, "the demo data cannot be planted", ["reason": reason])
          break
        }
        wait("the demo data waits for the database", reason)
      }
      await loop.pause(for: Self.pause)
    }
    await database.close()
  }

  /// Whether another attempt may find the database better; planting twice plants once.
  private func isPassing(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError: error.isUnavailable
    case OrderError.unavailable, OrderError.outcomeUnknown: true
    default: false
    }
  }

  /// Says what is waited for, once for each reason.
  private func wait(_ message: String, _ reason: String) {
    guard reason != lastReason else { return }
    lastReason = reason
    shared.log.write(.warning, message, ["reason": reason])
  }
}
