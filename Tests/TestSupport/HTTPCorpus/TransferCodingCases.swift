extension HTTPCorpus {
  private static func coding(_ value: String) -> String {
    post(["Transfer-Encoding:\(value)"], "5\r\nhello\r\n0\r\n\r\n" + smuggled)
  }

  static let transferCodings: [HTTPCase] = [
    .accepts(
      "9112 7.1", "chunked, and the next request", coding(" chunked"),
      "POST / hello", "GET /smuggled"),
    .accepts("9112 7", "codings in capitals", coding(" CHUNKED"), "POST / hello", "GET /smuggled"),
    .accepts(
      "9112 7", "codings in mixed case", coding(" Chunked"), "POST / hello",
      "GET /smuggled"),
    .accepts("9112 5.1", "no blank", coding("chunked"), "POST / hello", "GET /smuggled"),
    .accepts("9112 5.1", "three spaces", coding("   chunked"), "POST / hello", "GET /smuggled"),
    .accepts(
      "9110 9.3.1", "chunks with GET",
      "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
      "GET / hi"),
    .accepts(
      "9110 10.1.4", "TE is another field",
      get("TE: trailers", "Connection: TE"), "GET /"),
    .accepts(
      "9110 6.6.2", "Trailer is another field",
      post(["Trailer: X", "Transfer-Encoding: chunked"], "0\r\nX: y\r\n\r\n"), "POST /"),
    .refuses(
      400, "9112 6.1", "with a length before",
      post(["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n" + smuggled)),
    .refuses(
      400, "9112 6.1", "with a length behind",
      post(["Transfer-Encoding: chunked", "Content-Length: 5"], "0\r\n\r\n" + smuggled)),
    .refuses(
      400, "9112 6.1", "with a length of zero",
      post(["Content-Length: 0", "Transfer-Encoding: chunked"], "0\r\n\r\n" + smuggled)),
    .refuses(
      400, "9112 6.1", "in HTTP/1.0",
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    .refuses(
      400, "9112 6.1", "in HTTP/1.0 with keep-alive",
      "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    .refuses(
      400, "9112 6.1", "twice the same",
      post(["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "0\r\n\r\n" + smuggled)),
    .refuses(
      400, "9112 6.1", "chunked, then another field",
      post(["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "0\r\n\r\n" + smuggled)),
    .refuses(
      501, "9112 6.1", "another field, then chunked",
      post(["Transfer-Encoding: identity", "Transfer-Encoding: chunked"], "0\r\n\r\n" + smuggled)),
    .refuses(400, "9112 6.1", "chunked in a list with itself", coding(" chunked, chunked")),
    .refuses(400, "9112 6.1", "chunked before identity", coding(" chunked, identity")),
    .refuses(501, "9112 6.1", "identity before chunked", coding(" identity, chunked")),
    .refuses(
      501, "9112 6.1", "gzip before chunked: legal, not decoded here",
      coding(" gzip, chunked")),
    .refuses(400, "9112 6.1", "chunked before gzip", coding(" chunked, gzip")),
    .refuses(400, "9112 6.1", "an empty element behind", coding(" chunked,")),
    .refuses(400, "9112 6.1", "an empty element before", coding(" ,chunked")),
    .refuses(501, "9112 6.1", "an unknown coding", coding(" xchunked")),
    .refuses(501, "9112 6.1", "a coding that starts so", coding(" chunkedx")),
    .refuses(501, "9112 6.1", "gzip alone", coding(" gzip")),
    .refuses(501, "9112 7", "identity, which is no coding any more", coding(" identity")),
    .refuses(501, "9112 6.1", "a word and a dash", coding(" x-chunked")),
    .refuses(400, "9112 6.1", "an empty value", coding("")),
    .refuses(400, "9112 6.1", "a blank value", coding("  ")),
    .refuses(400, "9112 7", "a parameter", coding(" chunked;q=1")),
    .refuses(400, "9112 7", "a quoted coding", coding(" \"chunked\"")),
    .refuses(400, "9112 7", "a single-quoted coding and a space", coding(" 'chunked' x;")),
    .refuses(400, "9112 6.1", "a leading tab: legal, refused", coding("\tchunked")),
    .refuses(400, "9112 6.1", "a trailing tab: legal, refused", coding(" chunked\t")),
    .refuses(400, "9112 6.1", "a trailing space: legal, refused", coding(" chunked ")),
    .refuses(400, "9110 5.5", "a vertical tab before", coding(" \u{B}chunked")),
    .refuses(400, "9110 5.5", "a NUL behind", coding(" chunked\u{0}")),
    .refuses(400, "9112 2.2", "a bare CR behind", coding(" chunked\r")),
    .refuses(400, "9112 6.1", "a byte beyond ASCII", coding(" chunked\u{A0}")),
    .refuses(400, "9110 5.6.2", "a Kelvin sign", coding(" chun\u{E2}\u{84}\u{AA}ed")),
  ]
}
