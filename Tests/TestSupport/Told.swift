/// An error that tells everything when a test reports it; those of the database say nothing.
public struct Told: Error, CustomStringConvertible {
  /// All that the error knows.
  public let description: String

  /// What this error tells.
  public init(_ error: any Error) { description = String(reflecting: error) }
}
