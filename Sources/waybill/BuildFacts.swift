import CEmbedded
import Postgres

/// Which program this is: its version, and the sources it was built from.
enum BuildFacts {
  static let version = String(String(cString: embedded_version()).prefix { !$0.isNewline })
  /// The commit of the sources; `unknown` after a plain `swift build`, which does not pass it on.
  static let revision = known(embedded_revision())
  /// The time of that commit. With the time of the build, two builds of the same sources would
  /// differ.
  static let sourceDate = known(embedded_source_date())

  private static func known(_ text: UnsafePointer<CChar>) -> String {
    let text = String(cString: text)
    return text.isEmpty ? "unknown" : text
  }
}
