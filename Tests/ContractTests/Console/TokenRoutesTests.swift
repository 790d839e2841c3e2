import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Tokens by the API")
struct TokenRoutesTests {
  /// A service that asks for tokens, and an admin of it.
  private struct Administered {
    let client: ContractClient
    let admin: BearerToken

    func send(
      _ method: String, _ target: String, _ body: String = "", as token: BearerToken? = nil,
      _ fields: [String] = []
    ) async throws -> ContractAnswer {
      try await client.send(
        method, target, body,
        fields: [
          "Content-Type: application/json", "Authorization: Bearer \((token ?? admin).secret)",
        ] + fields)
    }

    func make(_ body: String) async throws -> BearerToken {
      let answer = try await send("POST", "/tokens", body)
      try #require(answer.status == 201, "\(answer.body)")
      return try #require(BearerToken(try answer.json["token"]?.text ?? ""))
    }
  }

  private func administering(
    _ body: @escaping @Sendable (Administered) async throws -> Void
  ) async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      try await body(Administered(client: client, admin: try await client.token(.admin)))
    }
  }

  @Test("are made, shown once, used, listed and revoked")
  func life() async throws {
    try await administering { service in
      let made = try await service.send(
        "POST", "/tokens", #"{"role":"warehouse","name":"tablet 4","days":30}"#)
      let text = try #require(try made.json["token"]?.text)
      let token = try #require(BearerToken(text))
      #expect(made.status == 201 && made.fields["Location"] == "/tokens/2")
      #expect(try await service.send("GET", "/products", as: token).status == 200)

      let list = try await service.send("GET", "/tokens")
      let one = try await service.send("GET", "/tokens/2")
      #expect(try list.json["items"]?.items?.compactMap { $0["number"]?.written } == ["2", "1"])
      #expect(try one.json["name"]?.text == "tablet 4" && one.json["state"]?.text == "valid")
      #expect(try one.json["last_used_at"] != .null && one.json["token"] == nil)
      #expect(!list.body.contains("wb_") && !one.body.contains("wb_"))

      let revoked = try await service.send("DELETE", "/tokens/2")
      let again = try await service.send("DELETE", "/tokens/2")
      #expect(try revoked.status == 200 && revoked.json["state"]?.text == "revoked")
      #expect(again.body == revoked.body)
      try await eventually("it is refused") {
        try await service.send("GET", "/products", as: token).status == 401
      }
    }
  }

  @Test("come in pages, the newest first")
  func pages() async throws {
    try await administering { service in
      for _ in 2...5 { _ = try await service.make(#"{"role":"retailer"}"#) }
      let first = try await service.send("GET", "/tokens?limit=2")
      let next = try #require(try first.json["next"]?.text)
      let second = try await service.send("GET", next)

      func numbers(_ answer: ContractAnswer) throws -> [String] {
        try answer.json["items"]?.items?.compactMap { $0["number"]?.written } ?? []
      }
      #expect(try numbers(first) == ["5", "4"] && numbers(second) == ["3", "2"])
    }
  }

  @Test("are made for customers who exist, and for new ones if that is said")
  func customers() async throws {
    try await administering { service in
      let wish = #"{"role":"customer","customer_id":"c-9"}"#
      let unknown = try await service.send("POST", "/tokens", wish)
      let token = try await service.make(
        #"{"role":"customer","customer_id":"c-9","new_customer":true}"#)
      let known = try await service.send("POST", "/tokens", wish)

      #expect(try unknown.status == 422 && unknown.json["code"]?.text == "unknown_customer")
      #expect(try known.status == 201 && known.json["name"]?.text == "c-9")
      #expect(try await service.send("GET", "/orders", as: token).status == 200)
    }
  }

  static let refused: [(body: String, field: String)] = [
    (#"{}"#, "role"), (#"{"role":"boss"}"#, "role"),
    (#"{"role":"customer"}"#, "customer_id"),
    (#"{"role":"admin","customer_id":"c-1"}"#, "customer_id"),
    (#"{"role":"admin","new_customer":true}"#, "new_customer"),
    (#"{"role":"admin","name":""}"#, "name"), (#"{"role":"admin","days":0}"#, "days"),
    (#"{"role":"admin","days":3651}"#, "days"),
    (#"{"role":"admin","token":"wb_x"}"#, "token"),
  ]

  @Test("have the limits of the command", arguments: refused)
  func limits(_ example: (body: String, field: String)) async throws {
    try await administering { service in
      let answer = try await service.send("POST", "/tokens", example.body)

      #expect(answer.status == 400, "\(answer.body)")
      #expect(try answer.json["errors"]?.items?.first?["field"]?.text == example.field)
      for body in [#"{"overlap_days":91}"#, #"{"overlap_days":-1}"#, #"{"days":0}"#] {
        #expect(try await service.send("POST", "/tokens/1/rotate", body).status == 400)
      }
    }
  }

  @Test("are replaced by ones like them, which the old ones outlive for some days")
  func rotation() async throws {
    try await administering { service in
      let old = try await service.make(#"{"role":"warehouse","name":"tablet","days":30}"#)
      let made = try await service.send("POST", "/tokens/2/rotate", #"{"overlap_days":0}"#)
      let new = try #require(BearerToken(try made.json["token"]?.text ?? ""))

      #expect(made.status == 201 && made.fields["Location"] == "/tokens/3")
      #expect(try made.json["name"]?.text == "tablet" && made.json["role"]?.text == "warehouse")
      #expect(try await service.send("GET", "/products", as: new).status == 200)
      try await eventually("the old one is refused") {
        try await service.send("GET", "/products", as: old).status == 401
      }
      #expect(try await service.send("GET", "/tokens/2").json["state"]?.text == "expired")
      let ended = try await service.send("POST", "/tokens/2/rotate", "{}")
      #expect(try ended.status == 409 && ended.json["code"]?.text == "token_ended")
      #expect(try await service.send("POST", "/tokens/99/rotate", "{}").status == 404)
    }
  }

  @Test("are stored nowhere, also not for a repetition of the request")
  func repetition() async throws {
    try await administering { service in
      let key = ["Idempotency-Key: one"]
      let body = #"{"role":"warehouse"}"#
      let first = try await service.send("POST", "/tokens", body, key)
      let again = try await service.send("POST", "/tokens", body, key)
      let text = try #require(try first.json["token"]?.text)

      #expect(first.status == 201 && again.status == 201)
      #expect(again.fields["Idempotent-Replayed"] == "true")
      #expect(try again.json["token"] == .null && again.json["number"] == first.json["number"])
      let stored = try await service.client.owner.read(
        """
        SELECT count(*) FILTER (WHERE convert_from(body, 'UTF8') LIKE \("%\(text.dropFirst(3))%")),
               count(*) FROM idempotency_keys
        """)[0]
      #expect(try stored.int(0) == 0 && stored.int(1) == 1)
      #expect(try await service.send("GET", "/tokens").json["items"]?.items?.count == 2)
    }
  }

  @Test("of the last admin are not revoked, also not when two admins revoke each other")
  func lastAdmin() async throws {
    try await administering { service in
      let alone = try await service.send("DELETE", "/tokens/1")
      #expect(try alone.status == 409 && alone.json["code"]?.text == "last_admin")
      // One that has expired is no admin.
      _ = try await service.make(#"{"role":"admin","days":1}"#)
      try await service.client.run(
        """
        UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now()
         WHERE number = 2
        """)
      #expect(try await service.send("DELETE", "/tokens/1").status == 409)
      #expect(try await service.send("DELETE", "/tokens/2").status == 200)

      _ = try await service.make(#"{"role":"admin"}"#)
      let repository = TokenRepository(service.client.database)
      let outcomes = await together(2, on: service.client.database.loop) { index in
        do {
          return try await repository.revokeKeepingAdmin(index == 0 ? 1 : 3) != nil
        } catch {
          return false
        }
      }
      #expect(outcomes.count { $0 } == 1, "one of them stays")
      let valid = try await service.client.owner.read(
        """
        SELECT count(*) FROM tokens
         WHERE role = 'admin' AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > now())
        """)[0].int(0)
      #expect(valid == 1)
    }
  }

  @Test("end the sessions that were opened with them")
  func sessions() async throws {
    try await administering { service in
      let token = try await service.make(#"{"role":"retailer"}"#)
      var browser = Browser(client: service.client.other())
      _ = try await browser.logIn(token)
      #expect(try await browser.status() == 200)
      #expect(try await service.send("DELETE", "/tokens/2").status == 200)

      try await eventually("the session is over") { [browser] in
        try await browser.status() == 401
      }
    }
  }
}
