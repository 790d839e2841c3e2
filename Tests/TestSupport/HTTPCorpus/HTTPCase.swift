/// Bytes a client sends on one connection, and what a strict server makes of them.
package struct HTTPCase: Sendable, CustomStringConvertible {
  /// The section of RFC 9110 or 9112 that decides.
  package let section: String
  /// What is special about the bytes.
  package let why: String
  /// The bytes.
  package let bytes: [UInt8]
  /// The requests read from them, each as `METHOD path body`, the body only if there is one.
  package let requests: [String]
  /// The status that ends the connection; nil when nothing was refused.
  package let refusal: Int?

  /// The section and the reason.
  package var description: String { "RFC \(section): \(why)" }

  /// Bytes that are requests, all of them whole.
  package static func accepts(
    _ section: String, _ why: String, _ text: String, _ requests: String...
  ) -> HTTPCase {
    HTTPCase(section, why, text, requests, nil)
  }

  /// Bytes that are refused with a status, after so many requests were read from them.
  package static func refuses(
    _ status: Int, _ section: String, _ why: String, _ text: String, after requests: String...
  ) -> HTTPCase {
    HTTPCase(section, why, text, requests, status)
  }

  /// One byte for each character: `\u{E9}` is the byte E9.
  private init(
    _ section: String, _ why: String, _ text: String, _ requests: [String], _ refusal: Int?
  ) {
    self.section = section
    self.why = why
    self.bytes = text.unicodeScalars.map { UInt8($0.value) }
    self.requests = requests
    self.refusal = refusal
  }
}

/// Every request case, by subject.
package enum HTTPCorpus {
  /// All of them.
  package static let requests =
    targets + requestLines + hosts + fields + lengths + transferCodings + chunks + connections

  /// A whole GET with these field lines after Host.
  static func get(_ fields: String...) -> String {
    "GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
  }

  /// A POST with these field lines after Host, and what follows the head.
  static func post(_ fields: [String], _ rest: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + rest
  }

  /// A POST whose content is these chunks.
  static func chunked(_ rest: String) -> String { post(["Transfer-Encoding: chunked"], rest) }

  /// A request that must never be answered after a refusal.
  static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
}
