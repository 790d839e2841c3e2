import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The shop's errors")
struct ShopErrorTests {
  private static let invalid =
    "Invalid request. Please review your request and ensure everything is correct."
  private static let soldOut = "Product out of stock."
  private static let unknown = "Order not found. Ensure supplied order_id is correct."

  @Test("are exactly these bytes, with an absolute address")
  func bytes() async throws {
    let bodies = try await ordering { client in
      let buyer = try await client.shopper()
      return [
        try await buyer.send(client, "POST", "/orders", "{}").body,
        try await buyer.send(client, "POST", "/orders", [("webcam", 1)]).body,
        try await buyer.send(client, "GET", "/orders/1").body,
      ]
    }

    let address = "http://localhost:8080/docs/errors#"
    #expect(
      bodies == [
        #"{"error":"\#(Self.invalid)","documentation":"\#(address)invalid_request"}"#,
        #"{"error":"\#(Self.soldOut)","documentation":"\#(address)out_of_stock"}"#,
        #"{"error":"\#(Self.unknown)","documentation":"\#(address)not_found"}"#,
      ])
  }

  static let invalidProducts = [
    "null", "{}", "7", "[]", "[{}]", "[7]", #"[{"product_id":"mouse"}]"#, #"[{"item_count":1}]"#,
    #"[{"product_id":"","item_count":1}]"#, #"[{"product_id":7,"item_count":1}]"#,
    #"[{"product_id":null,"item_count":1}]"#, #"[{"product_id":"mouse","item_count":-1}]"#,
    #"[{"product_id":"mouse","item_count":1.0}]"#, #"[{"product_id":"mouse","item_count":1.5}]"#,
    #"[{"product_id":"mouse","item_count":1e0}]"#, #"[{"product_id":"mouse","item_count":"1"}]"#,
    #"[{"product_id":"mouse","item_count":true}]"#, #"[{"product_id":"mouse","item_count":null}]"#,
    #"[{"product_id":"mouse","item_count":99999999999999999999}]"#,
    #"[{"product_id":"mouse","item_count":1},{"product_id":"mouse","item_count":2}]"#,
    #"[{"product_id":"mouse","item_count":1,"price":0}]"#,
  ]

  @Test("refuse what is no order, in a new one and in a change, and store nothing")
  func invalidBodies() async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("mouse", 1)])
      let bodies =
        Self.invalidProducts.map { #"{"products":\#($0)}"# } + [
          "", "{", "[]", "null", #"{"items":[]}"#,
          #"{"products":[{"product_id":"mouse","item_count":1}],"order_status":"completed"}"#,
          #"{"id":"x","status":"failed","createdAt":"2020-01-01T00:00:00Z","products":[]}"#,
        ]
      for (method, path) in [("POST", "/orders"), ("PATCH", order)] {
        for body in bodies {
          let answer = try await buyer.send(client, method, path, body)

          #expect(answer.status == 400, "\(method) \(body) \(answer.body)")
          #expect(try answer.json["error"]?.text == Self.invalid)
        }
      }
      let none = try await buyer.send(client, "POST", "/orders", [("mouse", 0)])
      #expect(none.status == 400, "0 of something is only a change")
      let emptied = try await buyer.send(client, "PATCH", order, [("mouse", 0)])
      #expect(emptied.status == 400 && emptied.body.contains(Self.invalid))
      #expect(try await client.number("SELECT sum(version)::bigint FROM orders") == 1)
      #expect(try await client.stock()["mouse"] == 4)
    }
  }

  @Test(
    "say that it is sold out where nothing can be had, and store nothing",
    arguments: [
      ("webcam", 1), ("mouse", 6), ("unknown", 1), ("no id at all", 1), ("mouse", 1_000_001),
      ("mouse", Int.max),
    ])
  func soldOut(_ product: String, count: Int) async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("dime", 1)])
      for (method, path) in [("POST", "/orders"), ("PATCH", order)] {
        let answer = try await buyer.send(client, method, path, [(product, count)])

        #expect(answer.status == 404, "\(method)")
        #expect(try answer.json["error"]?.text == Self.soldOut)
      }
      let nowhere = try await buyer.send(client, "PATCH", "/orders/x", [(product, count)])
      #expect(try nowhere.json["error"]?.text == Self.unknown)
      #expect(try await client.number("SELECT sum(version)::bigint FROM orders") == 1)
    }
  }

  @Test("take products, and customers, that only read the same for two")
  func alike() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      let names = ["caf\u{E9}", "cafe\u{301}"]
      let buyer = try await client.shopper(names[0])
      let placed = try await buyer.send(
        client, "POST", "/orders", [("mouse", 1)] + names.map { ($0, 1) })
      #expect(placed.status == 200)
      let lacking = try placed.json["out_of_stock"]?.items?.compactMap { $0.text }
      #expect(lacking?.map { Array($0.utf8) } == names.map { Array($0.utf8) })

      let id = try #require(try placed.json["order_id"]?.text)
      let other = try await client.shopper(names[1])
      for path in ["/shop/orders/", "/orders/"] {
        let own = try await client.send("GET", path + id, fields: [buyer.field])
        let others = try await client.send("GET", path + id, fields: [other.field])
        #expect(own.status == 200 && others.status == 404, "\(path)")
      }
    }
  }

  @Test("leave a change undone that is short of one product of several")
  func allOrNothing() async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let order = try await buyer.place(client, [("mouse", 2)])

      let answer = try await buyer.send(client, "PATCH", order, [("keyboard", 1), ("mouse", 6)])

      #expect(answer.status == 404)
      #expect(
        try await client.stock() == ["dime": 1_000, "keyboard": 10, "mouse": 3, "webcam": 0])
    }
  }

  typealias Credentials = (fields: [String], hasToken: Bool)
  static let credentials: [Credentials] = [
    ([], false), (["Authorization: Basic YTpi"], true), (["Authorization: Bearer"], true),
    (["Authorization: wb_\(String(repeating: "0", count: 64))"], true),
    (["Authorization: Bearer wb_\(String(repeating: "0", count: 64))"], true),
    (["Authorization: Bearer x"], true),
    (["Authorization: Bearer \(String(repeating: "x", count: 4_000))"], true),
    (["Authorization: Bearer '; DROP TABLE tokens; --"], true),
  ]

  @Test("ask for a token before anything else is looked at", arguments: credentials)
  func unauthenticated(_ example: Credentials) async throws {
    try await ordering { client in
      for (method, path) in [
        ("POST", "/orders"), ("GET", "/orders/x"), ("PATCH", "/orders/x"), ("DELETE", "/orders/x"),
      ] {
        let answer = try await client.send(
          method, "/shop" + path, method == "GET" ? "" : "no JSON",
          fields: ["Content-Type: text/plain"] + example.fields)

        #expect(answer.status == 401, "\(method) \(answer.body)")
        #expect(
          answer.fields["WWW-Authenticate"] == #"Bearer realm="waybill""#
            + (example.hasToken ? #", error="invalid_token""# : ""))
        #expect(try Self.keys(answer) == ["error", "documentation"])
        #expect(!answer.body.contains("0000"), "no answer repeats what was sent")
      }
    }
  }

  @Test("refuse a token that was revoked, has ended, is said twice, or is no customer's")
  func unusable() async throws {
    try await ordering { client in
      let tokens = TokenRepository(client.database)
      let buyer = try await client.shopper()
      let admin = try await tokens.create(NewToken(role: .admin, name: Name("boss")!)!).0
      #expect(try await Shopper(token: admin).send(client, "GET", "/orders/x").status == 403)
      let twice = try await client.send(
        "GET", "/shop/orders/x",
        fields: Array(repeating: "Authorization: Bearer \(buyer.token.secret)", count: 2))
      #expect(twice.status == 401)
      let lower = try await client.send(
        "GET", "/shop/orders/x", fields: ["authorization: bearer  \(buyer.token.secret)"])
      #expect(lower.status == 404)

      _ = try await tokens.revoke(1)
      let ended = try await client.shopper()
      try await client.run(
        """
        UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now()
         WHERE number = 3
        """
      )

      let other = ContractClient(client.database)
      #expect(try await buyer.send(other, "GET", "/orders/x").status == 401)
      #expect(try await ended.send(other, "GET", "/orders/x").status == 401)
    }
  }

  typealias Failed = (failure: Failure, status: Int, retries: Bool)
  static let failed: [Failed] = [
    (.unforeseen(UnexpectedWait()), 500, false), (.overloaded, 503, true), (.tooSlow, 408, false),
    (.order(.outcomeUnknown(detail: "")), 503, true),
    (.order(.unavailable), 503, true), (.notJSON, 415, false),
    (.badMessage(.bodyTooLarge), 413, false), (.badMessage(.headTooLarge), 431, false),
    (.badMessage(.startLineTooLong), 414, false), (.badMessage(.badRequestLine), 400, false),
    (.badMessage(.unknownTransferCoding), 501, false), (.unknownRoute, 404, false),
    (.methodNotAllowed(allowed: [.post]), 405, false), (.forbidden, 403, false),
  ]

  @Test("are all of one form, also when the request never became a call", arguments: failed)
  func envelope(_ example: Failed) throws {
    let response = ShopContract.explain(example.failure, .test)

    let json = try JSONValue(parsing: response.body)
    #expect(response.status.code == example.status)
    #expect(response.fields.contains { "\($0.name)" == "Retry-After" } == example.retries)
    #expect(json["error"]?.text?.hasSuffix(".") == true)
    // Nothing says how the service was reached, so it is the address that it listens on.
    #expect(json["documentation"]?.text?.hasPrefix("http://localhost:8080/docs/errors#") == true)
  }

  /// The host that a request to the shop's own port names, and the one that its errors name: that
  /// of the main port, where they are explained.
  static let hosts: [(asked: String, told: String)] = [
    ("shop.example.org:8084", "shop.example.org:8080"),
    ("shop.example.org", "shop.example.org:8080"),
    ("[::1]:8084", "[::1]:8080"), ("[::1]", "[::1]:8080"), ("127.0.0.1:8084", "127.0.0.1:8080"),
  ]

  @Test("at the shop's own port name the page at the main port", arguments: hosts)
  func ownPort(_ example: (asked: String, told: String)) async throws {
    try await asking { client in
      let own = ContractClient(
        client.database, ownPortOf: "shop", hosts: OwnHosts(["shop.example.org"]))
      let answer = await own.answer(to: try parse("GET /orders/x", host: example.asked))

      #expect(answer.status == 401)
      #expect(
        try answer.json["documentation"]?.text
          == "http://\(example.told)/docs/errors#unauthenticated")
    }
  }

  @Test("name the methods that are offered, and other types of content are refused")
  func methods() async throws {
    try await ordering { client in
      let buyer = try await client.shopper()
      let wrong = try await buyer.send(client, "PUT", "/orders/x")
      #expect(wrong.status == 405)
      #expect(wrong.fields["Allow"] == "GET, HEAD, PATCH, DELETE, OPTIONS")
      let text = try await client.send(
        "POST", "/shop/orders", "{}",
        fields: ["Content-Type: text/plain", "Authorization: Bearer \(buyer.token.secret)"])
      #expect(text.status == 415)
      let nowhere = try await buyer.send(client, "GET", "/nowhere")
      #expect(nowhere.status == 404)
      for answer in [wrong, text, nowhere] {
        #expect(try Self.keys(answer) == ["error", "documentation"])
      }
    }
  }

  @Test("say that the inventory is away after a patience of seconds, and tell whoever runs it")
  func away() async throws {
    try await asking(of: "host=/nowhere dbname=secret") { client in
      var random = SystemRandomNumberGenerator()
      let somebody = Shopper(token: BearerToken(using: &random))

      let answer = try await somebody.send(client, "POST", "/orders", [("mouse", 1)])

      #expect(answer.status == 503 && answer.fields["Retry-After"] == "1")
      #expect(try Self.keys(answer) == ["error", "documentation"])
      #expect(!answer.body.contains("nowhere") && !answer.body.contains("secret"))
      #expect(client.outage.refused == [.made(0, 7)])
      #expect((.seconds(1)...(.seconds(2))).contains(client.outage.waited))
    }
  }

  private static func keys(_ answer: ContractAnswer) throws -> [String] {
    guard case .object(let members) = try answer.json else { return [] }
    return members.map(\.key)
  }
}
