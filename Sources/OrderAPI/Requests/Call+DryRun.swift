import HTTP
import JSON

extension Call {
  /// Whether the request may ask for its answer without its effect. It costs nothing to say no.
  var mayPreferDryRun: Bool {
    request.hasField("prefer") && contract.heedsPrefer(route)
  }

  /// Whether the request asks for its answer without its effect (RFC 7240).
  ///
  /// A field that cannot be read is refused: if it was meant to ask for a dry run, the effect must
  /// not happen. So is a dry run with a value, such as `dry-run=no`.
  func prefersDryRun() throws(Failure) -> Bool {
    guard let preferences = Preferences(request) else {
      throw .invalid([JSONViolation(field: "Prefer", reason: .refused("must be a list of names"))])
    }
    guard let value = preferences["dry-run"] else { return false }
    guard value.isEmpty else {
      throw .invalid([JSONViolation(field: "Prefer", reason: .refused("has dry-run with a value"))])
    }
    return true
  }
}

extension Field {
  /// Says that nothing was done.
  static let dryRunApplied = Field("Preference-Applied", "dry-run")
}
