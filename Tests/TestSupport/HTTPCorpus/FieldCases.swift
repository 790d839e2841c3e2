extension HTTPCorpus {
  private static let longName = String(repeating: "n", count: 200)
  private static let manyFields = (1...63).map { "X-\($0): v" }

  static let fields: [HTTPCase] = [
    .accepts("9112 5", "an empty value", get("X:"), "GET /"),
    .accepts("9112 5", "a blank value", get("X: \t "), "GET /"),
    .accepts("9112 5", "no blank before the value", get("X:y"), "GET /"),
    .accepts("9112 5", "a tab before the value", get("X:\ty"), "GET /"),
    .accepts("9110 5.5", "a tab within a short value", get("X: a\tb"), "GET /"),
    .accepts("9110 5.5", "a tab within a long value", get("X: abcdefghij\tklmnopqrst"), "GET /"),
    .accepts("9110 5.5", "a colon in the value", get("X: a:b:c"), "GET /"),
    .accepts("9110 5.5", "a value that is a colon", get("X::"), "GET /"),
    .accepts("9110 5.5", "bytes beyond ASCII are opaque", get("X: caf\u{C3}\u{A9}"), "GET /"),
    .accepts("9110 5.5", "Latin-1 is opaque too", get("X: caf\u{E9}"), "GET /"),
    .accepts("9110 5.5", "the byte FF", get("X: \u{FF}\u{FE}abcdefghijkl"), "GET /"),
    .accepts("9110 5.6.2", "every tchar in a name", get("!#$%&'*+-.^_`|~09azAZ: x"), "GET /"),
    .accepts("9110 5.1", "a name of digits", get("42: x"), "GET /"),
    .accepts("9110 5.1", "a name of 200 bytes", get("\(longName): x"), "GET /"),
    .accepts("9110 5.3", "the same field twice", get("X: a", "X: b"), "GET /"),
    .accepts("9110 5.6.4", "a quoted string", get("X: \"a, \\\"b\\\"\""), "GET /"),
    .accepts("9110 5.1", "an underscore is not a dash", get("Content_Length: 5"), "GET /"),
    .accepts("9110 5.1", "a name ending like Content-Length", get("X-Content-Length: 5"), "GET /"),
    .accepts(
      "9110 5.4", "64 fields with Host",
      "GET / HTTP/1.1\r\nHost: a\r\n" + manyFields.joined(separator: "\r\n") + "\r\n\r\n", "GET /"),
    .refuses(
      431, "9110 5.4", "65 fields with Host",
      "GET / HTTP/1.1\r\nHost: a\r\n" + (manyFields + ["Y: z"]).joined(separator: "\r\n")
        + "\r\n\r\n"),
    .refuses(400, "9112 5.1", "a space before the colon", get("X : a")),
    .refuses(400, "9112 5.1", "a tab before the colon", get("X\t: a")),
    .refuses(400, "9112 5.1", "a space before Host's colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    .refuses(
      400, "9112 5.1", "a space before Content-Length's colon",
      post(["Content-Length : 5"], "hello")),
    .refuses(
      400, "9112 5.1", "a space before Transfer-Encoding's colon",
      post(["Transfer-Encoding : chunked"], "0\r\n\r\n")),
    .refuses(400, "9112 5", "no colon", get("X")),
    .refuses(400, "9112 5", "a name and a space", get("X a")),
    .refuses(400, "9112 5", "no name", get(": a")),
    .refuses(400, "9112 5", "a lone colon", get(":")),
    .refuses(400, "9110 5.1", "a space in the name", get("X Y: a")),
    .refuses(400, "9110 5.6.2", "a slash in the name", get("X/Y: a")),
    .refuses(400, "9110 5.6.2", "a parenthesis in the name", get("X(Y): a")),
    .refuses(400, "9110 5.6.2", "a quote in the name", get("\"X\": a")),
    .refuses(400, "9110 5.6.2", "a comma in the name", get("X,Y: a")),
    .refuses(400, "9110 5.6.2", "an at sign in the name", get("X@Y: a")),
    .refuses(400, "9110 5.6.2", "a bracket in the name", get("X[0]: a")),
    .refuses(400, "9110 5.6.2", "a NUL in the name", get("X\u{0}: a")),
    .refuses(400, "9110 5.6.2", "a byte beyond ASCII in the name", get("\u{C9}t: a")),
    .refuses(400, "9112 5.2", "a folded line", get("X: a", " b")),
    .refuses(400, "9112 5.2", "a line folded with a tab", get("X: a", "\tb")),
    .refuses(400, "9112 5.2", "a folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n"),
    .refuses(
      400, "9112 5.2", "a folded Transfer-Encoding",
      post(["Transfer-Encoding:", " chunked"], "0\r\n\r\n")),
    .refuses(
      400, "9112 2.2", "a blank before the first field",
      "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    .refuses(400, "9112 2.2", "a line of one space", get(" ")),
    .refuses(400, "9110 5.5", "a NUL in a short value", get("X: a\u{0}b")),
    .refuses(400, "9110 5.5", "a NUL in a long value", get("X: abcdefghijkl\u{0}mnopqrstuvw")),
    .refuses(400, "9110 5.5", "a NUL at the end of a value", get("X: abcdefghijklmn\u{0}")),
    .refuses(400, "9110 5.5", "DEL in a value", get("X: a\u{7F}b")),
    .refuses(400, "9110 5.5", "DEL in a long value", get("X: abcdefghi\u{7F}jklmnopqrs")),
    .refuses(400, "9110 5.5", "an escape character", get("X: \u{1B}[31m")),
    .refuses(400, "9110 5.5", "a vertical tab", get("X: a\u{B}b")),
    .refuses(400, "9110 5.5", "a form feed", get("X: a\u{C}b")),
    .refuses(400, "9110 5.5", "a backspace", get("X: a\u{8}b")),
    .refuses(400, "9112 2.2", "a bare CR in a value", get("X: a\rb")),
    .refuses(400, "9112 2.2", "a bare CR that hides a field", get("X: a\rTransfer-Encoding: x")),
    .refuses(400, "9112 2.2", "a CR before the CRLF", get("X: a\r")),
    .refuses(
      400, "9112 2.2", "a bare LF behind a field",
      "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
    .refuses(400, "9112 2.2", "a bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
    .refuses(
      400, "9112 2.2", "a bare LF hides a second request",
      "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\n\(smuggled)"),
    .refuses(400, "9112 2.2", "LF CR instead of CR LF", "GET / HTTP/1.1\n\rHost: a\n\r\n\r"),
  ]
}
