package import HTTP

/// What a contract may need to explain a failure, besides the failure itself.
package struct FailureContext {
  /// The name of the request in answers and logs.
  package let id: RequestID
  /// The request as far as it was read; nil when none of it was.
  package let request: Request?
  /// Where the contract is mounted on the port of the request: `/` on a port of its own.
  package let mount: PathPattern
  /// The address of the main port: `127.0.0.1:8080`.
  package let mainAddress: String

  /// The path below the mount, as the contract's own documentation writes it.
  package var path: String { request?.path(below: mount) ?? "/" }
}

extension Request {
  /// The path below a mount that covers it.
  func path(below mount: PathPattern) -> String {
    let below = path.dropFirst(mount.base.utf8.count)
    return below.isEmpty ? "/" : String(decoding: below, as: UTF8.self)
  }
}
