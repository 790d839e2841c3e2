import CPQ

/// The version of the libpq that this process has loaded.
package enum LibpqVersion {
  /// For example `15.14`.
  package static var text: String {
    let number = Int(PQlibVersion())
    return "\(number / 10_000).\(number % 10_000)"
  }
}
