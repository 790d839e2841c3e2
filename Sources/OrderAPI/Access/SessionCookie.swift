import HTTP
import Orders

/// The cookie with a browser's session.
///
/// Scripts cannot read it, and browsers send it to this host alone and never with requests that
/// another site makes. The prefix `__Host-` lets only a page of this host set it, over TLS. On a
/// loopback address there is no TLS, and the cookie has no prefix.
enum SessionCookie {
  private static let attributes = "Path=/; HttpOnly; SameSite=Strict"

  /// The session in a request; nil without one.
  static func secret(in request: Request) throws(Failure) -> SessionSecret? {
    guard request.hasField("cookie") else { return nil }
    var values = request.cookies("__Host-waybill")
    // Anybody on the way could set a cookie without the prefix, but not on a loopback address.
    if values.isEmpty, NamedHost(request.authority).isLoopback {
      values = request.cookies("waybill")
    }
    guard !values.isEmpty else { return nil }
    guard values.count == 1, let secret = SessionSecret(values[0]) else { throw .sessionEnded }
    return secret
  }

  /// Refuses a page whose browser would not keep the cookie: without TLS it keeps no secure one.
  static func requireKept(_ request: Request) throws(Failure) {
    guard isPlainLoopback(request) || request.field("origin")?.hasPrefix("http://") != true else {
      throw .notSecure
    }
  }

  /// The field that gives a browser its session.
  static func field(_ session: SessionSecret, for request: Request) -> Field {
    isPlainLoopback(request)
      ? Field("Set-Cookie", "waybill=\(session.text); \(attributes)")
      : Field("Set-Cookie", "__Host-waybill=\(session.text); Secure; \(attributes)")
  }

  /// The fields that make a browser forget its session, under whichever name.
  static let cleared = [
    Field("Set-Cookie", "__Host-waybill=; Max-Age=0; Secure; \(attributes)"),
    Field("Set-Cookie", "waybill=; Max-Age=0; \(attributes)"),
  ]

  /// Whether the page is at `http://` on a loopback address. The page's own address decides, as a
  /// proxy may name another host. Without it, Host does.
  private static func isPlainLoopback(_ request: Request) -> Bool {
    guard let origin = request.field("origin")?.lowercased() else {
      return NamedHost(request.authority).isLoopback
    }
    guard origin.hasPrefix("http://") else { return false }
    return NamedHost(origin.dropFirst("http://".count).utf8).isLoopback
  }
}
