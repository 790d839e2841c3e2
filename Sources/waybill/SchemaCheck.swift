import EventLoop
import OrderStore
import Postgres

/// What is wrong with the schema, for readiness. Lives on its loop.
final class SchemaCheck {
  /// How long a schema that was found whole is believed to be so: looking at every object costs the
  /// server some 15 ms.
  private static let trust = Duration.seconds(5)

  private let database: Database
  private let wantedVersion: Int
  private var wholeAt: Instant?

  init(_ database: Database, wantedVersion: Int) {
    self.database = database
    self.wantedVersion = wantedVersion
  }

  /// The trouble and its cure; nil when there is none. A newer schema is an upgrade under way, and
  /// stays compatible.
  func trouble() async throws(PostgresError) -> String? {
    let version = try await SchemaVersion.read(database)
    guard version >= wantedVersion else {
      return "at version \(version) of \(wantedVersion): run waybill migrate"
    }
    if let wholeAt, database.loop.now < wholeAt + Self.trust { return nil }
    let damage = try await SchemaInspection.read(database).damage
    guard damage.isEmpty else {
      wholeAt = nil
      let parts = damage.count == 1 ? "1 part is" : "\(damage.count) parts are"
      return "incomplete, \(parts) missing or changed: waybill doctor names what it is"
    }
    wholeAt = database.loop.now
    return nil
  }
}
