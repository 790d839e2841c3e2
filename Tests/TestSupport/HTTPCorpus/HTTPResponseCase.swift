/// Bytes a server answers one request with, and what a strict client makes of them.
package struct HTTPResponseCase: Sendable, CustomStringConvertible {
  /// The section of RFC 9110 or 9112 that decides.
  package let section: String
  /// What is special about the bytes.
  package let why: String
  /// The method of the request that was answered.
  package let method: String
  /// The bytes, before the server closes the connection.
  package let bytes: [UInt8]
  /// `STATUS open|closed body`; nil when the answer must not be trusted.
  package let answer: String?

  /// The section and the reason.
  package var description: String { "RFC \(section): \(why)" }

  fileprivate init(_ section: String, _ why: String, _ text: String, _ answer: String?) {
    let isHead = text.hasPrefix("HEAD>")
    self.section = section
    self.why = why
    method = isHead ? "HEAD" : "GET"
    bytes = text.unicodeScalars.dropFirst(isHead ? 5 : 0).map { UInt8($0.value) }
    self.answer = answer
  }
}

extension HTTPCorpus {
  private static func accepts(
    _ section: String, _ why: String, _ text: String, _ answer: String
  ) -> HTTPResponseCase {
    HTTPResponseCase(section, why, text, answer)
  }

  private static func refuses(
    _ section: String, _ why: String, _ text: String
  ) -> HTTPResponseCase {
    HTTPResponseCase(section, why, text, nil)
  }

  private static func ok(_ fields: String..., body: String = "") -> String {
    "HTTP/1.1 200 OK\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + body
  }

  private static let chunkedField = "Transfer-Encoding: chunked"

  /// Every response case; `HEAD>` in front of one makes it the answer to HEAD.
  package static let responses: [HTTPResponseCase] = [
    accepts("9112 6.3", "a length", ok("Content-Length: 5", body: "hello"), "200 open hello"),
    accepts("9112 6.3", "a length of zero", ok("Content-Length: 0"), "200 open"),
    accepts(
      "9112 6.3", "chunks", ok(chunkedField, body: "5\r\nhello\r\n0\r\n\r\n"),
      "200 open hello"),
    accepts(
      "9112 6.3", "chunks with trailers",
      ok(chunkedField, body: "2\r\nhi\r\n0\r\nX: y\r\n\r\n"), "200 open hi"),
    accepts("9112 6.3", "no length: until the end", ok(body: "hello"), "200 closed hello"),
    accepts("9112 6.3", "no length and nothing", ok(), "200 closed"),
    accepts(
      "9112 9.6", "close", ok("Connection: close", "Content-Length: 2", body: "hi"),
      "200 closed hi"),
    accepts(
      "9112 9.3", "1.0 ends", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
      "200 closed hi"),
    accepts(
      "9112 C.2.2", "1.0 that stays",
      "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", "200 open hi"),
    accepts("9110 9.3.2", "HEAD has no content", "HEAD>" + ok("Content-Length: 5"), "200 open"),
    accepts("9110 9.3.2", "HEAD of chunks", "HEAD>" + ok(chunkedField), "200 open"),
    accepts("9110 9.3.2", "HEAD without a length", "HEAD>" + ok(), "200 open"),
    accepts("9110 15.3.5", "204", "HTTP/1.1 204 No Content\r\n\r\n", "204 open"),
    accepts(
      "9110 15.3.5", "204 with a length", "HTTP/1.1 204 N\r\nContent-Length: 5\r\n\r\n",
      "204 open"),
    accepts("9110 15.4.5", "304", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", "304 open"),
    accepts(
      "9110 15.4.5", "304 with a length", "HTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n",
      "304 open"),
    accepts(
      "9110 15.3.3", "202 and no content", "HTTP/1.1 202 A\r\nContent-Length: 0\r\n\r\n",
      "202 open"),
    accepts(
      "9110 15.2", "an interim answer is passed over",
      "HTTP/1.1 100 Continue\r\n\r\n" + ok("Content-Length: 2", body: "hi"), "200 open hi"),
    accepts(
      "9110 15.2", "two kinds of interim answers",
      "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\n" + ok("Content-Length: 0"),
      "200 open"),
    accepts("9112 4", "an empty reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 open"),
    accepts(
      "9112 4", "no reason, no space", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
      "200 open"),
    accepts(
      "9112 4", "a reason beyond ASCII", "HTTP/1.1 200 \u{E9}\r\nContent-Length: 0\r\n\r\n",
      "200 open"),
    accepts(
      "9110 2.5", "a later minor version", "HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n",
      "200 open"),
    accepts(
      "9110 15", "the last status", "HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n", "599 open"),
    accepts(
      "9112 6.3", "bytes behind the answer are left", ok("Content-Length: 2", body: "hi!"),
      "200 open hi"),
    refuses("9112 8", "nothing", ""),
    refuses("9112 8", "half a head", "HTTP/1.1 200 OK\r\nContent-Le"),
    refuses("9112 8", "less than the length", ok("Content-Length: 5", body: "hell")),
    refuses("9112 8", "chunks without an end", ok(chunkedField, body: "5\r\nhello\r\n")),
    refuses("9112 8", "only interim answers", "HTTP/1.1 100 Continue\r\n\r\n"),
    refuses(
      "9110 15.2", "nine interim answers",
      String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9) + ok("Content-Length: 0")),
    refuses(
      "9110 15.2.2", "a switch that was not asked for",
      "HTTP/1.1 101 S\r\nUpgrade: h2c\r\n\r\n"),
    refuses("9112 4", "a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
    refuses("9112 4", "a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
    refuses("9112 4", "a status below 100", "HTTP/1.1 099 OK\r\n\r\n"),
    refuses("9110 15", "a status above 599", "HTTP/1.1 600 OK\r\n\r\n"),
    refuses("9112 4", "a status of letters", "HTTP/1.1 abc OK\r\n\r\n"),
    refuses("9112 4", "two spaces", "HTTP/1.1  200 OK\r\n\r\n"),
    refuses("9112 4", "a space in front", " HTTP/1.1 200 OK\r\n\r\n"),
    refuses("9112 4", "an empty line in front", "\r\n" + ok("Content-Length: 0")),
    refuses("9112 4", "another protocol", "ICY 200 OK\r\n\r\n"),
    refuses("9112 4", "another protocol that starts so", "HTCP/1.1 200 OK\r\n\r\n"),
    refuses("9112 2.3", "HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"),
    refuses("9112 2.3", "no minor version", "HTTP/2 200 OK\r\n\r\n"),
    refuses("9112 4", "a request", "GET / HTTP/1.1\r\n\r\n"),
    refuses("9112 2.2", "bare LFs", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    refuses("9112 5.2", "a folded line", ok("X: a", " b", "Content-Length: 0")),
    refuses("9112 5.1", "a space before a colon", ok("Content-Length : 2", body: "hi")),
    refuses("9110 5.5", "a NUL in a value", ok("X: \u{0}", "Content-Length: 0")),
    refuses("9112 6.3", "two lengths", ok("Content-Length: 2", "Content-Length: 3", body: "hi!")),
    refuses("9112 6.3", "a length that is none", ok("Content-Length: x", body: "hi")),
    refuses(
      "9112 6.3", "a length and chunks",
      ok("Content-Length: 2", chunkedField, body: "0\r\n\r\n")),
    refuses(
      "9112 6.1", "chunks in HTTP/1.0",
      "HTTP/1.0 200 OK\r\n\(chunkedField)\r\n\r\n0\r\n\r\n"),
    refuses("9112 6.1", "an unknown coding", ok("Transfer-Encoding: gzip", body: "x")),
    refuses("9112 7.1", "a bad chunk size", ok(chunkedField, body: "0x2\r\nhi\r\n0\r\n\r\n")),
    refuses("9110 8.6", "more than the limit, by its length", ok("Content-Length: 262145")),
    refuses(
      "9110 8.6", "more than the limit, until the end",
      ok(body: String(repeating: "a", count: 262_145))),
    refuses(
      "9112 5", "65 fields",
      "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 65) + "\r\n"),
  ]
}
