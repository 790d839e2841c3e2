package import HTTP

/// What a contract knows when it explains a failure: the request, and where the contract is mounted
/// on the port that the request came to.
package struct FailureContext {
  /// The id of the request in answers and logs.
  package let id: RequestID
  /// The request as far as it was read; nil when nothing of it was.
  package let request: Request?
  /// The path below which the contract is mounted: `/` on a port of its own.
  package let mount: PathPattern

  /// The path as the contract's own documentation writes it: without the mount.
  package var path: String {
    guard let path = request?.path else { return "/" }
    let below = path.dropFirst(mount.base.utf8.count)
    return below.isEmpty ? "/" : String(decoding: below, as: UTF8.self)
  }
}
