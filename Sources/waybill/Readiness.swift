import OrderAPI
import Postgres

/// Whether requests should come to this instance: the database answers, and its schema is whole and
/// new enough for this program.
struct Readiness {
  let state: Operations.Readiness

  init(_ schema: SchemaCheck, isDraining: Bool) async {
    var databaseTrouble: String?
    var schemaTrouble: String?
    do {
      schemaTrouble = try await schema.trouble()
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
