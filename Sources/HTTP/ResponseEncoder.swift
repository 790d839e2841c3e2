/// Writes responses as bytes.
///
/// It holds the Date field ready made; whoever has a clock sets it once a second. What it says of
/// caches is the same for all answers, so that none can forget it: one with an entity tag may be
/// kept if it is asked for again each time, any other is not kept at all.
package struct ResponseEncoder: Sendable {
  /// What the request decides about the form of its answer.
  package struct Framing: Sendable {
    let isHead: Bool
    let version: Version
    let keepAlive: Bool

    /// The form of the answer to a request.
    package init(answering request: Request) {
      isHead = request.method == .head
      version = request.version
      keepAlive = request.keepAlive
    }

    private init(isHead: Bool, version: Version, keepAlive: Bool) {
      self.isHead = isHead
      self.version = version
      self.keepAlive = keepAlive
    }

    /// The form of the answer to what could not be read: it ends the connection.
    package static func refusing(_ request: Request?) -> Framing {
      Framing(isHead: request?.method == .head, version: .http11, keepAlive: false)
    }
  }

  /// The interim answer that asks for the content (RFC 9110 section 15.2.1).
  package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// What stands behind every status: the time, and that no browser is to guess another type.
  private var standingLines: [UInt8] = []

  /// An encoder whose answers carry this time.
  package init(unixSeconds: Int64) { setDate(unixSeconds: unixSeconds) }

  /// Sets the time that following answers carry.
  package mutating func setDate(unixSeconds: Int64) {
    standingLines =
      Array("\r\nDate: ".utf8) + HTTPDate.bytes(unixSeconds: unixSeconds)
      + Array("\r\nX-Content-Type-Options: nosniff\r\n".utf8)
  }

  /// Appends the answer to `out`; false when the connection is to be closed behind it.
  @discardableResult
  package func append(
    _ response: Response, as framing: Framing, id: RequestID?, to out: inout [UInt8]
  ) -> Bool {
    let keepAlive = framing.keepAlive && !response.close
    out.append("HTTP/1.1 ")
    out.append(decimal: response.status.code)
    out.append(ASCII.space)
    out.append(response.status.reason)
    out.append(standingLines.span, standingLines.indices)
    // A 204 has no length, and a 304 would have to name that of the 200 it stands for.
    if response.status.allowsContent {
      if let type = response.contentType {
        out.append("Content-Type: ")
        out.append(type.text)
        out.append("\r\n")
      }
      out.append("Content-Length: ")
      out.append(decimal: response.body.count)
      out.append("\r\n")
    }
    if let id {
      out.append("X-Request-Id: ")
      id.append(to: &out)
      out.append("\r\n")
    }
    if !keepAlive {
      out.append("Connection: close\r\n")
    } else if framing.version == .http10 {
      out.append("Connection: keep-alive\r\n")
    }
    var isTagged = false
    for field in response.fields {
      out.append(field: field.name, field.value)
      isTagged = isTagged || field.isEntityTag
    }
    out.append(
      isTagged ? "Cache-Control: no-cache\r\n\r\n" : "Cache-Control: no-store\r\n\r\n")
    if response.status.allowsContent, !framing.isHead { out.append(contentsOf: response.body) }
    return keepAlive
  }
}
