/// An error that tells everything when a test reports it; those of the database say nothing.
package struct Told: Error, CustomStringConvertible {
  /// All that the error knows.
  package let description: String

  /// What this error tells.
  package init(_ error: any Error) { description = String(reflecting: error) }
}
