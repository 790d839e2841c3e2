import Glibc

/// Why the private PostgreSQL cannot be used, and what a person can do about it.
package struct ClusterError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, as one sentence without a full stop.
  package let cause: String
  /// What to do about it, as one sentence without a full stop.
  package let cure: String

  /// Cause and cure in one line.
  package var description: String { "\(cause); \(cure)" }

  /// An error from a failed system call, read from `errno` before anything can change it.
  static func system(_ action: String, code: Int32) -> ClusterError {
    ClusterError(
      cause: "cannot \(action): \(String(cString: strerror(code)))",
      cure: "check the folder's owner and free space, or choose another with WAYBILL_HOME")
  }
}
