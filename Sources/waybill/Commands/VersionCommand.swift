import JSON
import Postgres

/// `waybill version` and `--version`: which program this is.
enum VersionCommand {
  static let line = "waybill \(BuildFacts.version) (\(BuildFacts.revision))\n"

  static var text: String {
    get throws {
      CommandDescription.inColumns([
        ("waybill", BuildFacts.version), ("revision", BuildFacts.revision),
        ("sources of", BuildFacts.sourceDate), ("schema", "\(try schemaVersion)"),
        ("libpq", LibpqVersion.text),
      ]).map { $0.dropFirst(2) + "\n" }.joined()
    }
  }

  static var json: String {
    get throws {
      let schema = try schemaVersion
      let document = JSONWriter.object { json in
        json.string("version", BuildFacts.version)
        json.string("revision", BuildFacts.revision)
        json.string("source_date", BuildFacts.sourceDate)
        json.integer("schema_version", schema)
        json.string("libpq_version", LibpqVersion.text)
      }
      return String(decoding: document, as: UTF8.self) + "\n"
    }
  }

  private static var schemaVersion: Int { get throws { try Schema.migrator().files.count } }
}
