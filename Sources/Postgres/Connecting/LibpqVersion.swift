import CPQ

/// Which libpq this process has loaded.
package enum LibpqVersion {
  /// As people write it: `15.14`.
  package static var text: String {
    let number = Int(PQlibVersion())
    return "\(number / 10_000).\(number % 10_000)"
  }
}
