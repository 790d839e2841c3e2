import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Saved views")
struct SavedViewTests {
  private static func body(
    _ name: String, screen: String = "orders", query: String = "status=new", shared: Bool = false
  ) -> String {
    #"{"name":"\#(name)","screen":"\#(screen)","query":"\#(query)","shared":\#(shared)}"#
  }

  /// Somebody with a token.
  private struct Person {
    let client: ContractClient
    let token: BearerToken

    func send(
      _ method: String, _ target: String, _ body: String = "", _ fields: [String] = []
    ) async throws -> ContractAnswer {
      try await client.send(
        method, target, body,
        fields: ["Content-Type: application/json", "Authorization: Bearer \(token.secret)"]
          + fields)
    }

    func names(_ query: String = "") async throws -> [String] {
      try await send("GET", "/views\(query)").json["items"]?.items?
        .compactMap { $0["name"]?.text } ?? []
    }
  }

  private func among(
    _ body:
      @escaping @Sendable (_ one: Person, _ other: Person, _ admin: Person)
      async throws -> Void
  ) async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      try await body(
        Person(client: client, token: try await client.token(.retailer, named: "first")),
        Person(client: client, token: try await client.token(.warehouse, named: "second")),
        Person(client: client, token: try await client.token(.admin)))
    }
  }

  @Test("are one's own unless they are shared")
  func visibility() async throws {
    try await among { mine, theirs, admin in
      let own = try await mine.send("POST", "/views", Self.body("Late"))
      _ = try await mine.send(
        "POST", "/views", Self.body("Sold out", screen: "stock", shared: true))
      _ = try await theirs.send("POST", "/views", Self.body("Late"))
      let id = try #require(try own.json["id"]?.written)

      #expect(own.status == 201 && own.fields["Location"] == "/views/\(id)")
      #expect(own.fields["ETag"] == "\"1\"")
      #expect(try own.json["mine"] == .boolean(true))
      #expect(try own.json["who"]?.text == #"retailer "first" (token 1)"#)
      #expect(try await mine.names() == ["Late", "Sold out"])
      #expect(try await theirs.names() == ["Sold out", "Late"])
      #expect(try await admin.names() == ["Sold out"], "an admin sees what is shared, no more")
      #expect(try await theirs.names("?screen=orders") == ["Late"])
      for person in [theirs, admin] {
        for (method, body) in [("GET", ""), ("PUT", Self.body("Mine")), ("DELETE", "")] {
          #expect(try await person.send(method, "/views/\(id)", body).status == 404)
        }
      }
    }
  }

  @Test("that others share are changed by admins alone")
  func shared() async throws {
    try await among { mine, theirs, admin in
      _ = try await mine.send("POST", "/views", Self.body("Late", shared: true))
      let forbidden = [
        try await theirs.send("PUT", "/views/1", Self.body("Mine")),
        try await theirs.send("DELETE", "/views/1"),
      ]
      let changed = try await admin.send(
        "PUT", "/views/1", Self.body("Very late", shared: true))
      let seen = try await mine.send("GET", "/views/1")

      #expect(forbidden.map(\.status) == [403, 403])
      #expect(changed.status == 200 && changed.fields["ETag"] == "\"2\"")
      #expect(try seen.json["name"]?.text == "Very late" && seen.json["mine"] == .boolean(true))
      #expect(try await admin.send("DELETE", "/views/1").status == 204)
      #expect(try await mine.names() == [])
    }
  }

  @Test("keep a change from undoing somebody else's")
  func conditions() async throws {
    try await among { mine, _, _ in
      _ = try await mine.send("POST", "/views", Self.body("Late"))
      for (condition, status) in [
        (#""2""#, 412), ("1", 412), (#"W/"1""#, 412), (#""1""#, 200), (#""1""#, 412),
        (#""7", "2""#, 200), ("*", 200),
      ] {
        let answer = try await mine.send(
          "PUT", "/views/1", Self.body("Late"), ["If-Match: \(condition)"])
        #expect(answer.status == status, "\(condition)")
      }
      for (condition, status) in [(#""3""#, 412), (#""4""#, 204), (#""4""#, 404)] {
        let answer = try await mine.send("DELETE", "/views/1", "", ["If-Match: \(condition)"])
        #expect(answer.status == status, "\(condition)")
      }
    }
  }

  @Test("have names of their own: each person's for a screen, and those that are shared")
  func names() async throws {
    try await among { mine, theirs, _ in
      for (person, body, status) in [
        (mine, Self.body("Late"), 201), (mine, Self.body("Late"), 409),
        (mine, Self.body("Late", screen: "stock"), 201), (theirs, Self.body("Late"), 201),
        (mine, Self.body("Late", shared: true), 201),
        (theirs, Self.body("Late", shared: true), 409),
      ] {
        let answer = try await person.send("POST", "/views", body)
        #expect(answer.status == status, "\(body)")
        if status == 409 { #expect(try answer.json["code"]?.text == "id_taken") }
      }
      let other = try await mine.send("POST", "/views", Self.body("Other"))
      let id = try #require(try other.json["id"]?.written)
      #expect(try await mine.send("PUT", "/views/\(id)", Self.body("Late")).status == 409)
    }
  }

  @Test("survive a rotation of the token")
  func rotation() async throws {
    try await among { mine, _, admin in
      _ = try await mine.send("POST", "/views", Self.body("Late"))
      let made = try await admin.send("POST", "/tokens/1/rotate", "{}")
      let text = try #require(try made.json["token"]?.text)
      let heir = Person(client: mine.client, token: try #require(BearerToken(text)))

      #expect(try await heir.names() == ["Late"])
      #expect(try await heir.send("DELETE", "/views/1").status == 204)
    }
  }

  @Test("are limited for each person and for all, also when many save at once")
  func limits() async throws {
    try await among { mine, theirs, _ in
      try await mine.client.run(
        """
        INSERT INTO saved_views (owner, is_shared, screen, name, query, who)
        SELECT 1, false, 'orders', 'view ' || n, '', 'test' FROM generate_series(1, 98) AS n
        """)
      let statuses = await together(8, on: mine.client.database.loop) { number in
        (try? await mine.send("POST", "/views", Self.body("more \(number)")).status) ?? 0
      }
      let refused = try await mine.send("POST", "/views", Self.body("one more"))

      #expect(statuses.count { $0 == 201 } == 2)
      #expect(try refused.status == 409 && refused.json["code"]?.text == "too_many_views")
      #expect(try await theirs.send("POST", "/views", Self.body("Late")).status == 201)
      #expect(try await mine.send("PUT", "/views/1", Self.body("first")).status == 200)
    }
  }

  static let refused: [(body: String, field: String)] = [
    (#"{"name":"","screen":"orders","query":""}"#, "name"),
    (#"{"name":" ","screen":"orders","query":""}"#, "name"),
    (#"{"name":"\#(String(repeating: "x", count: 101))","screen":"orders","query":""}"#, "name"),
    (#"{"name":"n","screen":"Orders","query":""}"#, "screen"),
    (#"{"name":"n","screen":"","query":""}"#, "screen"),
    (#"{"name":"n","screen":"a/b","query":""}"#, "screen"),
    (#"{"name":"n","screen":"\#(String(repeating: "x", count: 21))","query":""}"#, "screen"),
    (#"{"name":"n","screen":"orders","query":"\#(String(repeating: "x", count: 2001))"}"#, "query"),
    (#"{"name":"n","screen":"orders"}"#, "query"),
    (#"{"name":"n","screen":"orders","query":"","shared":"yes"}"#, "shared"),
  ]

  @Test("have limits in each field", arguments: refused)
  func fields(_ example: (body: String, field: String)) async throws {
    try await asking(Shelf.standard) { client in
      let answer = try await client.send("POST", "/views", example.body)
      #expect(answer.status == 400)
      #expect(try answer.json["errors"]?.items?.first?["field"]?.text == example.field)
      let longest = Self.body(
        String(repeating: "x", count: 100), screen: String(repeating: "x", count: 20),
        query: String(repeating: "é", count: 2_000))
      #expect(try await client.send("POST", "/views", longest).status == 201)
    }
  }

  @Test("belong to everybody where no token is needed")
  func open() async throws {
    try await asking(Shelf.standard) { client in
      let made = try await client.send("POST", "/views", Self.body("Late"))
      #expect(try made.json["mine"] == .boolean(true) && made.json["shared"] == .boolean(false))
      #expect(try await client.get("/views").json["items"]?.items?.count == 1)
      #expect(try await client.send("DELETE", "/views/1").status == 204)
    }
  }
}
