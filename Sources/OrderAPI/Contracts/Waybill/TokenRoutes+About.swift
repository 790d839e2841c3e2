import HTTP
import JSON
import Orders

extension TokenRoutes {
  /// What the document says about each route.
  enum About {
    private static func number(_ example: JSONValue) -> Parameter {
      .path("number", .integer(1...Int.max), "The token's number.", example: example)
    }

    private static let token = Answer.json(.ok, "The token", ShownToken.self, "token")
    private static let made = Answer.json(
      .created,
      "The token, with its text, which is shown this once; null in the answer to a "
        + "repetition", MadeToken.self, headers: [.location], "token",
      links: Link.each(["getToken", "rotateToken", "revokeToken"], "number", from: "/number"))

    static let list = RouteDescription(
      "listTokens", "List tokens, the newest first", "Their texts are stored nowhere.",
      query: .page, answers: [.page("A page of tokens", of: ShownToken.self, named: "TokenPage")],
      refusals: [.notAcceptable])

    static let get = RouteDescription(
      "getToken", "Get one token", parameters: [number(1), .ifNoneMatch],
      answers: [.json(.ok, "The token", ShownToken.self, headers: [.etag], "token")],
      refusals: [.notFound])

    static let create = RouteDescription(
      "createToken", "Make a token",
      body: Body(
        TokenWish.schema,
        [
          "for the warehouse": #"{"role": "warehouse", "name": "tablet 4", "days": 90}"#,
          "for a customer": #"{"role": "customer", "customer_id": "demo-1"}"#,
        ]),
      answers: [made], refusals: [.unknownCustomer])

    static let rotate = RouteDescription(
      "rotateToken", "Make a token like another one, which then soon expires",
      "What belongs to the old token, such as saved views, belongs to the new one, too.",
      parameters: [number(3)],
      body: Body(RotationWish.schema, ["at once": #"{"overlap_days": 0}"#]),
      answers: [made], refusals: [.notFound, .tokenEnded])

    static let revoke = RouteDescription(
      "revokeToken", "Revoke a token; every instance refuses it within a second",
      "It stays in the list. Sessions of the console that were opened with it end, too.",
      parameters: [number(2)], answers: [token], refusals: [.notFound, .lastAdmin])
  }
}
