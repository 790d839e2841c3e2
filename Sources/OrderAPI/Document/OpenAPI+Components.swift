import JSON

extension OpenAPI {
  static let info: JSONValue = [
    "title": "Waybill", "version": "1.0.0",
    "summary": "Order management: orders, stock, customers and reports",
    "description": .string(
      """
      One service, several contracts: its own API at the root, and contracts that existing clients \
      speak, each below a path of its own and, where a port is configured, also at that port's root.

      **Access.** With `WAYBILL_AUTH=tokens` every call needs a token of one of the roles that it \
      names: `Authorization: Bearer wb_…`. With `open` only the shop's calls do, as a token says \
      whose orders they are. A browser that is logged in to the console may use the own API by its \
      cookie instead.

      **Values.** JSON is read strictly: UTF-8, no key twice, no NUL character, no trailing comma. \
      Money is an exact decimal with two fraction digits, in the currency that `x-currency` names \
      at each amount where one is set; moments are RFC 3339 in UTC.

      **Lists** come in pages: `next` is the address of the following page, and null on the last. \
      A parameter with nothing behind its name counts as absent, and one that is not known here \
      is refused.

      **Versions.** An `ETag` is the version of a resource: `If-None-Match` saves reading it \
      again, `If-Match` keeps a change from undoing somebody else's.

      **Repetition.** A change sent again with the same `Idempotency-Key` and body is done \
      once, and answered as the first time.

      **Dry runs.** A change of the own API with `Prefer: dry-run` gets its true answer, has no \
      effect, and says `Preference-Applied: dry-run`.

      **Replicas.** Where lists are read from replicas, callers see their own writes and never an \
      older state after a newer one. `Waybill-Position` of an answer, sent with a read, lets \
      somebody else see that write, too.

      **Refusals** have a code each, explained at [/docs/errors](/docs/errors). What is no HTTP \
      request is refused before any call is known, with 400, 408, 413, 414, 417, 431, 501 or 505, \
      and a method that an address does not offer with 405 and `Allow`.
      """),
  ]

  /// What operations refer to; complete once all operations have been written.
  var components: JSONValue {
    [
      "schemas": .object(Self.sorted(schemas)),
      "responses": .object(Self.sorted(responses)),
      "examples": .object(Self.sorted(errorExamples)),
      "headers": [
        "X-Request-Id": Self.header(
          "What the request is called in the log: the name it came with, or one that was made."),
        "ETag": Self.header("The version, in quotes.", example: "\"1\""),
        "Location": Self.header("Where to find what was made.", format: "uri-reference"),
        "Idempotent-Replayed": Self.header(
          "`true` where the answer is that of an earlier request with the same key.",
          example: "true"),
        "Preference-Applied": Self.header(
          "`dry-run` where the request asked for the answer without the effect: nothing was done.",
          example: "dry-run"),
        "Link": Self.header(
          "The address of the next page, with `rel=\"next\"`, where there is one."),
        "Waybill-Cursor": Self.header(
          "The position of the feed before the first row was read.", example: "18342-9f3ac2d1"),
        "Waybill-Position": Self.header(
          "Where reads go to replicas: a position behind what was written, if it was found out.",
          example: "1-16/B374D848"),
        "Retry-After": Self.header("After how many seconds to try again.", example: "1"),
        "RateLimit": Self.header(
          "Where requests are limited: how many remain, and after how many seconds all are back.",
          example: "\"requests\";r=9;t=1"),
        "RateLimit-Policy": Self.header(
          "Where requests are limited: how many at once, and the seconds in which they come back.",
          example: "\"requests\";q=10;w=2"),
        "Accept-Encoding": Self.header(
          "How bodies may be encoded: not at all.", example: "identity"),
        "Set-Cookie": Self.header(
          "The browser's session, or the end of it.",
          example: "__Host-waybill=…; Secure; Path=/; HttpOnly; SameSite=Strict"),
        "WWW-Authenticate": Self.header(
          "What to send: a token, as a bearer.", example: "Bearer realm=\"waybill\""),
      ],
      "securitySchemes": [
        "token": [
          "type": "http", "scheme": "bearer", "bearerFormat": "wb_…",
          "description": "A token as `waybill token create` makes one; its role says what it may.",
        ]
      ],
    ]
  }

  private static func header(
    _ text: String, format: String? = nil, example: String? = nil
  ) -> JSONValue {
    var schema = format.map { Schema.string(format: $0) } ?? .string()
    if let example { schema = schema.example(.string(example)) }
    return ["description": .string(text), "schema": schema.json]
  }

  private static func sorted(_ parts: [String: JSONValue]) -> [JSONValue.Member] {
    parts.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value) }
  }
}
