extension HTTPCorpus {
  private static func length(_ value: String, _ rest: String = "hello") -> String {
    post(["Content-Length:\(value)"], rest + smuggled)
  }

  static let lengths: [HTTPCase] = [
    .accepts(
      "9112 6.3", "content of a known length", post(["Content-Length: 5"], "hello"),
      "POST / hello"),
    .accepts("9112 6.3", "no content", post(["Content-Length: 0"], ""), "POST /"),
    .accepts(
      "9112 6.3", "no length, and the next request", post([], smuggled),
      "POST /", "GET /smuggled"),
    .accepts(
      "9112 9.3.2", "the next request behind the content",
      post(["Content-Length: 5"], "hello" + smuggled), "POST / hello", "GET /smuggled"),
    .accepts(
      "9110 5.1", "a name in lower case", post(["content-length: 5"], "hello"),
      "POST / hello"),
    .accepts("9112 5.1", "no blank", post(["Content-Length:5"], "hello"), "POST / hello"),
    .accepts("9112 5.1", "two spaces", post(["Content-Length:  5"], "hello"), "POST / hello"),
    .accepts(
      "9112 6.3", "ten bytes", post(["Content-Length: 10"], "0123456789"),
      "POST / 0123456789"),
    .accepts(
      "9110 9.3.1", "content with GET",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "GET / hello"),
    .accepts(
      "9110 9.3.5", "content with DELETE",
      "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "DELETE / hello"),
    .accepts(
      "9112 6.3", "content that looks like a request",
      post(["Content-Length: \(smuggled.utf8.count)"], smuggled), "POST / \(smuggled)"),
    .accepts(
      "9112 6.3", "content of line breaks", post(["Content-Length: 4"], "\r\n\r\n"),
      "POST / \r\n\r\n"),
    .accepts(
      "9112 6.3", "content with a NUL", post(["Content-Length: 3"], "a\u{0}b"),
      "POST / a\u{0}b"),
    .accepts(
      "9112 6.3", "HTTP/1.0 with content",
      "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "POST / hello"),
    .accepts(
      "9112 6.3", "the last byte is missing: more is awaited",
      post(["Content-Length: 5"], "hell")),
    .refuses(
      413, "9110 15.5.14", "one byte over the limit, before any of it",
      post(["Content-Length: 262145"], "")),
    .refuses(413, "9110 15.5.14", "beyond 64 bits", length(" 99999999999999999999")),
    .refuses(413, "9110 15.5.14", "2 to the 64th and 5", length(" 18446744073709551621")),
    .refuses(413, "9110 15.5.14", "2 to the 32nd and 5", length(" 4294967301")),
    .refuses(
      400, "9112 6.3", "two lengths that differ",
      post(["Content-Length: 5", "Content-Length: 6"], "hello" + smuggled)),
    .refuses(
      400, "9112 6.3", "two lengths that agree",
      post(["Content-Length: 5", "Content-Length: 5"], "hello" + smuggled)),
    .refuses(
      400, "9112 6.3", "two lengths apart",
      post(["Content-Length: 0", "X: y", "content-length: 5"], "hello" + smuggled)),
    .refuses(400, "9112 6.3", "a list of lengths", length(" 5, 6")),
    .refuses(400, "9112 6.3", "a list of one length", length(" 5, 5")),
    .refuses(400, "9112 6.3", "a list with an empty element", length(" 5,")),
    .refuses(400, "9110 8.6", "a plus sign", length(" +5")),
    .refuses(400, "9110 8.6", "a minus sign", length(" -5")),
    .refuses(400, "9110 8.6", "minus zero", length(" -0", "")),
    .refuses(400, "9110 8.6", "a hexadecimal prefix", length(" 0x5")),
    .refuses(400, "9110 8.6", "a hexadecimal digit", length(" a")),
    .refuses(400, "9110 8.6", "an underscore", length(" 1_0")),
    .refuses(400, "9110 8.6", "a point", length(" 5.0")),
    .refuses(400, "9110 8.6", "an exponent", length(" 5e0")),
    .refuses(400, "9110 8.6", "a leading zero", length(" 05")),
    .refuses(400, "9110 8.6", "two zeros", length(" 00", "")),
    .refuses(400, "9110 8.6", "an octal look", length(" 010")),
    .refuses(400, "9110 8.6", "a quoted number", length(" \"5\"")),
    .refuses(400, "9110 8.6", "an empty value", length("", "")),
    .refuses(400, "9110 8.6", "a blank value", length("  ", "")),
    .refuses(400, "9110 8.6", "a space within", length(" 1 0")),
    .refuses(400, "9110 8.6", "a trailing space: legal, refused", length(" 5 ")),
    .refuses(400, "9110 8.6", "a trailing tab: legal, refused", length(" 5\t")),
    .refuses(400, "9110 8.6", "a leading tab: legal, refused", length("\t5")),
    .refuses(400, "9110 8.6", "a letter behind", length(" 5a")),
    .refuses(400, "9110 8.6", "a word", length(" five")),
    .refuses(400, "9110 8.6", "a semicolon", length(" 5;x")),
    .refuses(400, "9110 8.6", "a NUL behind", length(" 5\u{0}")),
    .refuses(400, "9110 8.6", "a superscript digit of Latin-1", length(" \u{B2}")),
    .refuses(400, "9110 8.6", "a digit of another script", length(" \u{D9}\u{A5}")),
    .refuses(
      400, "9112 6.3", "a length in HTTP/1.0 that is no number",
      "POST / HTTP/1.0\r\nContent-Length: x\r\n\r\n"),
  ]
}
