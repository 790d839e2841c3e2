public import HTTP

/// When a contract has to explain a failure: the request it is about, and where the contract is
/// mounted on the port that the request came to.
public struct Occasion {
  /// What the request is called in answers and logs.
  public let id: RequestID
  /// The request as far as it was read; nil when nothing of it was.
  public let request: Request?
  /// Below which path the contract was found: `/` on a port of its own.
  public let mount: PathPattern

  /// The path as the contract's own documentation writes it: without the mount.
  public var path: String {
    guard let path = request?.path else { return "/" }
    let below = path.dropFirst(mount.base.utf8.count)
    return below.isEmpty ? "/" : String(decoding: below, as: UTF8.self)
  }
}
