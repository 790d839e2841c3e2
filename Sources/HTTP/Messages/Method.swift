/// A request method (RFC 9110 section 9).
package enum Method: Hashable, Sendable {
  case get, head, post, put, patch, delete, options, trace
  /// A method that is not known here; never CONNECT, which the parser refuses.
  case other(String)

  package var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .trace: "TRACE"
    case .other(let name): name
    }
  }
}

/// The supported protocol versions; a higher 1.x is treated as 1.1 (RFC 9110 section 2.5).
package enum Version: Sendable {
  case http10, http11
}
