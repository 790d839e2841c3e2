import OrderAPI
import Postgres

/// Whether requests should come to this instance: the database can be read, it takes writes, and
/// its schema is whole and new enough for this program.
struct Readiness {
  let report: ReadinessReport

  init(_ database: Database, _ check: SchemaCheck, isDraining: Bool) async {
    var (reads, schema): (String?, String?)
    do {
      schema = try await check.trouble()
    } catch {
      reads = error.meaning
      schema = "unknown"
    }
    report = ReadinessReport(checks: [
      ("reads", reads), ("writes", await Self.troubleWithWrites(database)), ("schema", schema),
      ("service", isDraining ? "draining" : nil),
    ])
  }

  /// Checked apart from reads: writes have connections of their own, and a standby only answers
  /// reads.
  private static func troubleWithWrites(_ database: Database) async -> String? {
    do throws(PostgresError) {
      try await database.checkWrites()
      return nil
    } catch {
      return error.meaning
    }
  }
}
