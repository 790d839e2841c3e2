/// How much of a message is read before it is refused.
///
/// Every number is enforced as bytes arrive, also when a message arrives whole in one read.
package struct MessageLimits: Sendable {
  /// Bytes of the request or status line without its CRLF; past it 414.
  ///
  /// Eight thousand octets are what RFC 9112 section 3 asks a server to support at least.
  package var startLineBytesMax = 8_192

  /// Bytes of the whole head, start line and closing empty line included; past it 431.
  ///
  /// A browser's head with a large cookie is 4 KB; 16 KB also bounds what a partial head can hold.
  package var headBytesMax = 16_384

  /// Field lines in a head; past it 431. Browsers behind two proxies send fewer than 40.
  package var fieldsMax = 64

  /// Bytes of a method's name; past it 501 (RFC 9112 section 3).
  ///
  /// Fifteen are what a Swift string holds without an allocation, and twice any method served.
  package var methodBytesMax = 15

  /// Bytes of decoded content; past it 413, told by Content-Length before any of it is read.
  ///
  /// The largest order, 100 lines with names and quantities, is under 40 KB.
  package var bodyBytesMax = 262_144

  /// Bytes of chunk extensions in one message; past it 413. Nobody sends any, except to waste time.
  package var chunkExtensionBytesMax = 1_024

  /// Bytes of the trailer section; past it 431. Trailers are checked and discarded.
  package var trailerBytesMax = 4_096

  /// Interim (1xx) responses read before the final one; past it the exchange is given up.
  package var interimResponsesMax = 8

  /// Limits for a server's requests and a client's responses alike.
  package static let standard = MessageLimits()

  /// The standard limits, to be changed one by one.
  package init() {}
}
