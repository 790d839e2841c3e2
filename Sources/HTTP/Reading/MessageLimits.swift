/// Limits of the size of a message.
///
/// They are enforced while bytes arrive, and also when a whole message arrives in one read.
package struct MessageLimits: Sendable {
  /// Bytes of the request or status line without its CRLF; above it 414.
  ///
  /// RFC 9112 section 3 asks a server to support at least 8000.
  package var startLineBytesMax = 8_192

  /// Bytes of the whole head, including the start line and the empty line at the end; above it 431.
  ///
  /// A browser's head with a large cookie is 4 KB. The limit also bounds the memory of a partial
  /// head.
  package var headBytesMax = 16_384

  /// Field lines in a head; above it 431. Browsers behind two proxies send fewer than 40.
  package var fieldsMax = 64

  /// Bytes of a method's name; above it 501 (RFC 9112 section 3).
  ///
  /// A Swift string holds fifteen bytes without an allocation; the served methods have half of
  /// that.
  package var methodBytesMax = 15

  /// Bytes of decoded content; above it 413, before the content is read if Content-Length says so.
  ///
  /// The largest order, 100 lines with names and quantities, is under 40 KB.
  package var bodyBytesMax = 262_144

  /// The same for requests that `takesLargeBody` names.
  package var largeBodyBytesMax = 1_048_576

  /// Whether a request, of which only the head has been read, may have a large content. It is asked
  /// about requests in chunks, and about those that announce more than is usual.
  package var takesLargeBody: @Sendable (Request) -> Bool = { _ in false }

  /// Bytes of chunk extensions in one message; above it 413. Only attackers send many.
  package var chunkExtensionBytesMax = 1_024

  /// Bytes of the trailer section; above it 431. Trailers are checked and discarded.
  package var trailerBytesMax = 4_096

  /// Interim (1xx) responses before the final one; above it the exchange fails.
  package var interimResponsesMax = 8

  package static let standard = MessageLimits()

  package init() {}

  func bodyBytesMax(of request: Request) -> Int {
    takesLargeBody(request) ? largeBodyBytesMax : bodyBytesMax
  }
}
