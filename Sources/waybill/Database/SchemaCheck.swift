import EventLoop
import OrderStore
import Postgres

/// Whether the schema is right, for readiness. Lives on its loop.
final class SchemaCheck {
  /// How long a schema that was found complete is not inspected again: an inspection costs the
  /// server some 15 ms.
  private static let inspectionPause = Duration.seconds(5)

  private let database: Database
  private let wantedVersion: Int
  private var completeAt: Instant?

  init(_ database: Database, wantedVersion: Int) {
    self.database = database
    self.wantedVersion = wantedVersion
  }

  /// The trouble and its cure; nil when there is none. A schema newer than the program is right: it
  /// is compatible, and an upgrade is under way.
  func trouble() async throws(PostgresError) -> String? {
    let version = try await SchemaVersion.read(database)
    guard version >= wantedVersion else {
      return "at version \(version) of \(wantedVersion): run waybill migrate"
    }
    if let completeAt, database.loop.now < completeAt + Self.inspectionPause { return nil }
    let damage = try await SchemaInspection.read(database).damage
    guard damage.isEmpty else {
      completeAt = nil
      let parts = damage.count == 1 ? "1 part is" : "\(damage.count) parts are"
      return "incomplete, \(parts) missing or changed: waybill doctor names what it is"
    }
    completeAt = database.loop.now
    return nil
  }
}
