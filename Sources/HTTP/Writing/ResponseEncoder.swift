/// Writes responses as bytes.
///
/// The Date field is kept ready; the server sets it once a second. Cache-Control is written here,
/// so that no handler can forget it. Answers to methods that change something get none, because no
/// cache stores them by default (RFC 9110 section 9.2.3).
package struct ResponseEncoder: Sendable {
  /// What the request determines about the form of its answer.
  package struct Framing: Sendable {
    let isHead: Bool
    let isCacheable: Bool
    let version: Version
    let keepAlive: Bool

    package init(answering request: Request) {
      isHead = request.method == .head
      isCacheable = isHead || request.method == .get
      version = request.version
      keepAlive = request.keepAlive
    }

    private init(isHead: Bool, version: Version, keepAlive: Bool) {
      self.isHead = isHead
      isCacheable = true
      self.version = version
      self.keepAlive = keepAlive
    }

    /// Whether the answer's body is sent; for HEAD only its length is.
    package func sendsBody(of response: Response) -> Bool {
      response.status.allowsContent && !isHead
    }

    /// Whether a stream is sent in chunks. HTTP/1.0 has no chunks: there the end of the connection
    /// ends the stream.
    package var isChunked: Bool { version != .http10 }

    /// For a request that could not be read completely: the connection is closed.
    package static func refusing(_ request: Request?) -> Framing {
      Framing(isHead: request?.method == .head, version: .http11, keepAlive: false)
    }
  }

  /// The interim answer that asks for the content (RFC 9110 section 15.2.1).
  package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// The lines after every status line: the date.
  private var commonLines: [UInt8] = []

  package init(unixSeconds: Int64) { setDate(unixSeconds: unixSeconds) }

  package mutating func setDate(unixSeconds: Int64) {
    commonLines =
      Array("\r\nDate: ".utf8) + HTTPDate.bytes(unixSeconds: unixSeconds) + Array("\r\n".utf8)
  }

  /// Appends the answer to `out`, with at most `bodyBytesMax` bytes of its body; false when the
  /// connection has to be closed after it.
  @discardableResult
  package func append(
    _ response: Response, as framing: Framing, id: RequestID?, bodyBytesMax: Int = .max,
    to out: inout [UInt8]
  ) -> Bool {
    let isStream = response.stream != nil
    let keepAlive =
      framing.keepAlive && !response.closesConnection && (!isStream || framing.isChunked)
    out.append("HTTP/1.1 ")
    out.append(decimal: response.status.code)
    out.append(ASCII.space)
    out.append(response.status.reason)
    out.append(commonLines.span, commonLines.indices)
    // A 204 has no length; a 304 would have to give the length of the 200 response.
    if response.status.allowsContent {
      if let type = response.contentType {
        out.append("Content-Type: ")
        out.append(type.text)
        out.append(type.mayBeMistaken ? "\r\nX-Content-Type-Options: nosniff\r\n" : "\r\n")
      }
      if isStream {
        if framing.isChunked { out.append("Transfer-Encoding: chunked\r\n") }
      } else {
        out.append("Content-Length: ")
        out.append(decimal: response.body.count)
        out.append("\r\n")
      }
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
    if framing.isCacheable {
      switch response.caching {
      case .byTag where isTagged: out.append("Cache-Control: no-cache\r\n\r\n")
      case .byTag, .never: out.append("Cache-Control: no-store\r\n\r\n")
      case .forEver:
        out.append("Cache-Control: public, max-age=31536000, immutable\r\n\r\n")
      }
    } else {
      out.append("\r\n")
    }
    if framing.sendsBody(of: response), !isStream {
      if response.body.count <= bodyBytesMax {
        out.append(contentsOf: response.body)
      } else {
        out.append(contentsOf: response.body[..<bodyBytesMax])
      }
    }
    return keepAlive
  }

  /// The end of a body that was sent in chunks.
  package static let lastChunk = Array("0\r\n\r\n".utf8)

  /// Appends a piece of a stream, as a chunk if the stream is sent in chunks.
  package static func append(
    piece: [UInt8], as framing: Framing, to out: inout [UInt8]
  ) {
    guard framing.isChunked else { return out += piece }
    out += String(piece.count, radix: 16).utf8
    out.append("\r\n")
    out += piece
    out.append("\r\n")
  }
}
