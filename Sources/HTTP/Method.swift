/// What a request asks to be done with its target (RFC 9110 section 9).
package enum Method: Hashable, Sendable {
  case get, head, post, put, patch, delete, options, trace
  /// A method this module gives no meaning, by its name; never CONNECT, which the parser refuses.
  case other(String)

  /// The method as it stands in a request line.
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

/// The protocol versions spoken here; a higher 1.x is treated as 1.1 (RFC 9110 section 2.5).
package enum Version: Sendable {
  case http10, http11
}
