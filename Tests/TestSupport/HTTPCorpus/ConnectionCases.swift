extension HTTPCorpus {
  private static let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
  private static func old(_ fields: String) -> String { "GET / HTTP/1.0\r\n\(fields)\r\n" }

  static let connections: [HTTPCase] = [
    .accepts("9112 9.3", "1.1 stays open", get() + next, "GET /", "GET /next"),
    .accepts(
      "9112 9.3", "keep-alive says nothing new", get("Connection: keep-alive") + next,
      "GET /", "GET /next"),
    .accepts("9112 9.6", "nothing is read behind close", get("Connection: close") + next, "GET /"),
    .accepts("9110 7.6.1", "options in capitals", get("Connection: CLOSE") + next, "GET /"),
    .accepts("9110 7.6.1", "close in a list", get("Connection: TE, close") + next, "GET /"),
    .accepts(
      "9110 5.6.1.2", "a list with empty elements", get("Connection: ,, close ,") + next,
      "GET /"),
    .accepts(
      "9110 5.3", "close in a second line", get("Connection: TE", "Connection: close") + next,
      "GET /"),
    .accepts(
      "9112 9.3", "close wins over keep-alive",
      get("Connection: keep-alive, close") + next, "GET /"),
    .accepts(
      "9110 7.6.1", "a word that only starts so", get("Connection: closed") + next,
      "GET /", "GET /next"),
    .accepts("9110 7.6.1", "an empty Connection", get("Connection:") + next, "GET /", "GET /next"),
    .accepts("9112 9.3", "1.0 ends", old("") + next, "GET /"),
    .accepts(
      "9112 C.2.2", "1.0 stays when asked", old("Connection: keep-alive\r\n") + next,
      "GET /", "GET /next"),
    .accepts(
      "9112 C.2.2", "1.0 asks in capitals", old("Connection: Keep-Alive\r\n") + next,
      "GET /", "GET /next"),
    .accepts("9112 9.6", "1.0 with close", old("Connection: close\r\n") + next, "GET /"),
    .accepts(
      "9110 7.8", "an upgrade that is not taken up",
      get("Connection: Upgrade", "Upgrade: h2c") + next, "GET /", "GET /next"),
    .accepts(
      "9112 9.6", "refused bytes behind close are not even looked at",
      get("Connection: close") + "\u{0}\u{0}\n", "GET /"),
    // Pipelining.
    .accepts(
      "9112 9.3.2", "three at once", next + next + next,
      "GET /next", "GET /next", "GET /next"),
    .accepts(
      "9112 9.3.2", "content between heads",
      post(["Content-Length: 2"], "hi") + chunked("1\r\nx\r\n0\r\n\r\n") + next,
      "POST / hi", "POST / x", "GET /next"),
    .accepts("9112 9.3.2", "half of the second", next + "GET /ne", "GET /next"),
    .refuses(
      400, "9112 9.3.2", "the second is refused, the third never read",
      next + "GET / HTTP/1.1\r\n\r\n" + next, after: "GET /next"),
    .refuses(
      400, "9112 6.3", "content without a length is no request",
      post([], "hello world\r\n"), after: "POST /"),
    .refuses(
      400, "9112 6.3", "more content than its length",
      post(["Content-Length: 2"], "hi!\r\n"), after: "POST / hi"),
    // Empty lines before a request.
    .accepts("9112 2.2", "an empty line in front", "\r\n" + next, "GET /next"),
    .accepts("9112 2.2", "an empty line between", next + "\r\n" + next, "GET /next", "GET /next"),
    .accepts(
      "9112 2.2", "an empty line behind content",
      post(["Content-Length: 2"], "hi\r\n") + next, "POST / hi", "GET /next"),
    .accepts("9112 2.2", "an empty line and no request yet", "\r\n"),
    .refuses(400, "9112 2.2", "two empty lines", "\r\n\r\n" + next),
    .refuses(400, "9112 2.2", "an empty line of LF", "\n" + next),
    .refuses(400, "9112 2.2", "CR and no LF", "\r" + next),
    .refuses(400, "9112 2.2", "CR CR LF", "\r\r\n" + next),
    .refuses(400, "9112 2.2", "a blank line", " \r\n" + next),
    // Expectations.
    .accepts(
      "9110 10.1.1", "an expectation with content",
      post(["Expect: 100-continue", "Content-Length: 2"], "hi"), "POST / hi"),
    .accepts(
      "9110 10.1.1", "an expectation with chunks",
      post(["Expect: 100-continue", "Transfer-Encoding: chunked"], "1\r\nx\r\n0\r\n\r\n"),
      "POST / x"),
    .accepts("9110 10.1.1", "an expectation in capitals", get("EXPECT: 100-CONTINUE"), "GET /"),
    .accepts("9110 10.1.1", "an expectation without content", get("Expect: 100-continue"), "GET /"),
    .accepts("9110 10.1.1", "expectations do not exist in 1.0", old("Expect: x\r\n"), "GET /"),
    .accepts("9110 10.1.1", "an empty expectation", get("Expect:"), "GET /"),
    .refuses(417, "9110 10.1.1", "an unknown expectation", get("Expect: 200-ok") + next),
    .refuses(417, "9110 10.1.1", "one known, one not", get("Expect: 100-continue, x") + next),
    .refuses(417, "9110 10.1.1", "a parameter", get("Expect: 100-continue;q=1") + next),
    .refuses(
      413, "9110 10.1.1", "too much content is refused before it is asked for",
      post(["Expect: 100-continue", "Content-Length: 262145"], "")),
    // Nothing whole yet.
    .accepts("9112 2.1", "nothing", ""),
    .accepts("9112 2.1", "one letter", "G"),
    .accepts("9112 2.1", "a line and no more", "GET / HTTP/1.1\r\n"),
    .accepts("9112 2.1", "all but the last byte", "GET / HTTP/1.1\r\nHost: a\r\n\r"),
  ]
}
