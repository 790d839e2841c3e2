import CEmbedded
import Postgres

/// Which program this is: what people call its version, and what it was built from.
enum BuildFacts {
  static let version = String(String(cString: embedded_version()).prefix { !$0.isNewline })
  /// The commit of the sources; `unknown` where the build was not told, as by a bare `swift build`.
  static let revision = told(embedded_revision())
  /// When that commit was made, so that building it again gives the same program.
  static let sourceDate = told(embedded_source_date())

  private static func told(_ text: UnsafePointer<CChar>) -> String {
    let text = String(cString: text)
    return text.isEmpty ? "unknown" : text
  }
}
