extension HTTPCorpus {
  private static let end = "0\r\n\r\n"

  static let chunks: [HTTPCase] = [
    .accepts("9112 7.1", "one chunk", chunked("5\r\nhello\r\n\(end)"), "POST / hello"),
    .accepts("9112 7.1", "two chunks", chunked("2\r\nhe\r\n3\r\nllo\r\n\(end)"), "POST / hello"),
    .accepts("9112 7.1", "no chunk", chunked(end), "POST /"),
    .accepts(
      "9112 7.1", "chunks of one byte", chunked("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n\(end)"),
      "POST / abc"),
    .accepts(
      "9112 7.1", "a letter for a size", chunked("a\r\n0123456789\r\n\(end)"),
      "POST / 0123456789"),
    .accepts(
      "9112 7.1", "a capital letter", chunked("A\r\n0123456789\r\n\(end)"),
      "POST / 0123456789"),
    .accepts(
      "9112 7.1", "leading zeros of a size", chunked("0005\r\nhello\r\n\(end)"),
      "POST / hello"),
    .accepts(
      "9112 7.1", "sixteen digits", chunked("0000000000000005\r\nhello\r\n\(end)"),
      "POST / hello"),
    .accepts("9112 7.1", "three zeros end it", chunked("000\r\n\r\n"), "POST /"),
    .accepts(
      "9112 7.1", "content that looks like the end", chunked("5\r\n\(end)\r\n\(end)"),
      "POST / \(end)"),
    .accepts("9112 7.1.1", "an extension", chunked("5;a=b\r\nhello\r\n\(end)"), "POST / hello"),
    .accepts(
      "9112 7.1.1", "a quoted extension", chunked("5;a=\"b;c\"\r\nhello\r\n\(end)"),
      "POST / hello"),
    .accepts("9112 7.1.1", "an extension of the last chunk", chunked("0;a\r\n\r\n"), "POST /"),
    .accepts(
      "9112 7.1.1", "several extensions", chunked("5;a;b=c;d=\"\";e\r\nhello\r\n\(end)"),
      "POST / hello"),
    .accepts(
      "9112 7.1.1", "a quoted extension with blanks and escaped quotes",
      chunked("5;a=\" \\\";\t\\\\\";b\r\nhello\r\n\(end)"), "POST / hello"),
    .accepts("9112 7.1.2", "a trailer", chunked("0\r\nX: y\r\n\r\n"), "POST /"),
    .accepts(
      "9112 7.1.2", "two trailers and the next request",
      chunked("1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\n" + smuggled), "POST / a", "GET /smuggled"),
    .accepts("9112 7.1", "the last LF is missing: more is awaited", chunked("0\r\n\r")),
    .accepts("9112 7.1", "half a chunk: more is awaited", chunked("5\r\nhel")),
    .refuses(400, "9112 7.1", "a hexadecimal prefix", chunked("0x5\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "an underscore", chunked("1_0\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "a plus sign", chunked("+5\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "a minus sign", chunked("-5\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "minus zero", chunked("-0\r\n\r\n")),
    .refuses(400, "9112 7.1", "a space before", chunked(" 5\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "a space behind", chunked("5 \r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "a tab behind", chunked("5\t\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a space before an extension", chunked("5 ;a\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "an empty size", chunked("\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "only an extension", chunked(";a\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "no hexadecimal digit", chunked("g\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "a letter h, as in other notations", chunked("5h\r\nhello\r\n")),
    .refuses(400, "9112 7.1", "a comma", chunked("5,5\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "a point", chunked("5.0\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1", "seventeen digits", chunked("00000000000000005\r\nhello\r\n")),
    .refuses(413, "9112 7.1", "64 bits", chunked("ffffffffffffffff\r\nhello\r\n")),
    .refuses(413, "9112 7.1", "the sign bit", chunked("8000000000000000\r\nhello\r\n")),
    .refuses(413, "9112 7.1", "63 bits", chunked("7fffffffffffffff\r\nhello\r\n")),
    .refuses(413, "9112 7.1", "2 to the 32nd and 5", chunked("100000005\r\nhello\r\n")),
    .refuses(400, "9112 7.1", "2 to the 64th and 5", chunked("10000000000000005\r\nhello\r\n")),
    .refuses(
      413, "9110 15.5.14", "one byte over the limit, before any of it",
      chunked("40001\r\n")),
    .refuses(
      413, "9110 15.5.14", "over the limit by two chunks",
      chunked("5\r\nhello\r\n3fffc\r\n")),
    .refuses(400, "9112 7.1", "a chunk longer than its size", chunked("4\r\nhello\r\n\(end)")),
    .refuses(
      400, "9112 7.1", "a chunk shorter than its size",
      chunked("6\r\nhello\r\n\(end)" + smuggled)),
    .refuses(400, "9112 7.1", "no CRLF behind a chunk", chunked("5\r\nhello\(end)")),
    .refuses(400, "9112 2.2", "a bare LF behind a size", chunked("5\nhello\r\n\(end)")),
    .refuses(400, "9112 2.2", "a bare LF behind a chunk", chunked("5\r\nhello\n\(end)")),
    .refuses(400, "9112 2.2", "a bare LF behind the last size", chunked("0\n\r\n" + smuggled)),
    .refuses(400, "9112 2.2", "a bare LF ends the content", chunked("0\r\n\n" + smuggled)),
    .refuses(400, "9112 2.2", "a bare CR behind a size", chunked("5\rhello\r\n\(end)")),
    .refuses(400, "9112 2.2", "a bare CR behind a chunk", chunked("5\r\nhello\r0\r\n\r\n")),
    .refuses(400, "9112 2.2", "CR CR LF behind a size", chunked("5\r\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a bare semicolon", chunked("5;\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a bare semicolon behind zero", chunked("0;\r\n\r\n" + smuggled)),
    .refuses(400, "9112 7.1.1", "two semicolons", chunked("5;;a\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a semicolon at the end", chunked("5;a;\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a bracket in a name", chunked("5;bad[=x\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "no name", chunked("5;=x\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "no value", chunked("5;a=\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "two values", chunked("5;a=b=c\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a slash in a value", chunked("5;a=b/c\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a quote without end", chunked("5;a=\"b\r\nhello\r\n\(end)")),
    .refuses(
      400, "9112 7.1.1", "a quote whose end is escaped",
      chunked("5;a=\"b\\\"\r\nhello\r\n\(end)")),
    .refuses(
      400, "9112 7.1.1", "text behind a quote", chunked("5;a=\"b\"c\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a quote in a token", chunked("5;a=b\"c\"\r\nhello\r\n\(end)")),
    .refuses(
      400, "9112 7.1.1", "a space behind a semicolon", chunked("5; a\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a space before =", chunked("5;a =b\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a tab behind =", chunked("5;a=\tb\r\nhello\r\n\(end)")),
    .refuses(400, "9112 7.1.1", "a space at the end", chunked("5;a \r\nhello\r\n\(end)")),
    .refuses(
      400, "9112 7.1.1", "an extension with a bare LF",
      chunked("5;a\nb\r\nhello\r\n\(end)" + smuggled)),
    .refuses(
      400, "9112 7.1.1", "an extension with a bare CR",
      chunked("5;a\rb\r\nhello\r\n\(end)" + smuggled)),
    .refuses(400, "9112 7.1.1", "an extension with a NUL", chunked("5;a\u{0}\r\nhello\r\n\(end)")),
    .refuses(
      413, "9112 7.1.1", "an extension of 1025 bytes",
      chunked("5;" + String(repeating: "a", count: 1_024) + "\r\nhello\r\n\(end)")),
    .refuses(
      413, "9112 7.1.1", "extensions of 1030 bytes together",
      chunked(String(repeating: "1;2345\r\na\r\n", count: 206) + end)),
    .refuses(
      400, "9110 6.5.1", "Content-Length as a trailer",
      chunked("0\r\nContent-Length: 5\r\n\r\n" + smuggled)),
    .refuses(
      400, "9110 6.5.1", "Transfer-Encoding as a trailer",
      chunked("0\r\ntransfer-encoding: chunked\r\n\r\n" + smuggled)),
    .refuses(400, "9110 6.5.1", "Host as a trailer", chunked("0\r\nHost: b\r\n\r\n" + smuggled)),
    .refuses(400, "9112 7.1.2", "a folded trailer", chunked("0\r\nX: y\r\n z\r\n\r\n")),
    .refuses(400, "9112 7.1.2", "a trailer without a colon", chunked("0\r\nX\r\n\r\n")),
    .refuses(400, "9112 7.1.2", "a trailer without a name", chunked("0\r\n: x\r\n\r\n")),
    .refuses(400, "9112 7.1.2", "a space before a trailer's colon", chunked("0\r\nX : y\r\n\r\n")),
    .refuses(400, "9112 7.1.2", "a NUL in a trailer", chunked("0\r\nX: \u{0}\r\n\r\n")),
    .refuses(400, "9112 2.2", "a bare LF in a trailer", chunked("0\r\nX: y\nZ: z\r\n\r\n")),
    .refuses(400, "9112 7.1.2", "a request in place of the end", chunked("0\r\n" + smuggled)),
    .refuses(
      431, "9110 15.5.14", "trailers of 4097 bytes",
      chunked("0\r\nX: " + String(repeating: "a", count: 4_090) + "\r\n\r\n")),
  ]
}
