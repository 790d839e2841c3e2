import OrderAPI
import Postgres

/// Whether requests should come to this instance: the database answers, and its schema is at least
/// the one this program was made for. (A newer one is an upgrade under way; it stays compatible.)
struct Readiness {
  let state: Operations.Readiness

  init(_ database: Database, wantedVersion: Int, isDraining: Bool) async {
    var databaseTrouble: String?
    var schemaTrouble: String?
    do {
      let version = try await SchemaVersion.read(database)
      if version < wantedVersion {
        schemaTrouble = "at version \(version) of \(wantedVersion): run waybill migrate"
      }
    } catch {
      databaseTrouble = error.isUnavailable ? "cannot be reached" : "does not answer as it should"
      schemaTrouble = "unknown"
    }
    state = Operations.Readiness(checks: [
      ("database", databaseTrouble), ("schema", schemaTrouble),
      ("service", isDraining ? "draining" : nil),
    ])
  }
}
