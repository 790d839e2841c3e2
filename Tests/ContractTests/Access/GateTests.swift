import HTTP
import JSON
import OrderStore
import Orders
import Testing

@testable import OrderAPI

@Suite("The gate")
struct GateTests {
  private static let nobodys = "Authorization: Bearer wb_\(String(repeating: "0", count: 64))"
  private static let mounts = ["/orders", "/storefront/orders", "/shop/orders", "/store/customers"]

  @Test("asks for patience with many bad tokens of one address, and never with good ones")
  func badTokens() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      let good = try await TokenRepository(client.database).create(
        NewToken(role: .retailer, name: Name("test")!)!
      ).0
      func ask(_ authorization: String) async throws -> ContractAnswer {
        try await client.send("GET", "/orders", fields: [authorization])
      }
      for _ in 0..<BadTokens.toleratedCount {
        let answer = try await ask(Self.nobodys)
        #expect(answer.status == 401)
      }
      let tooMany = try await ask(Self.nobodys)
      let garbage = try await ask("Authorization: Bearer x")
      let fine = try await ask("Authorization: Bearer \(good.secret)")
      let none = try await client.send("GET", "/orders", fields: [])
      client.address = ClientAddress(v4: 9)
      let elsewhere = try await ask(Self.nobodys)

      #expect(tooMany.status == 429 && tooMany.fields["Retry-After"] == "1")
      #expect(try tooMany.json["code"]?.text == "too_many_bad_tokens")
      #expect(garbage.status == 429 && fine.status == 200 && none.status == 401)
      #expect(elsewhere.status == 401)
    }
  }

  @Test("answers what is too much in the envelope of each contract", arguments: mounts)
  func envelopes(_ path: String) async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      var answer: ContractAnswer?
      for _ in 0...BadTokens.toleratedCount {
        answer = try await client.send("POST", path, "{}", fields: [Self.nobodys])
      }
      let place = try #require(client.routes.first { $0.template == "POST \(path)" })

      #expect(answer?.status == 429)
      try place.expectEnvelope(try #require(answer))
    }
  }

  @Test("counts the requests of each token, and tells what is left with every answer")
  func rate() async throws {
    try await asking(Shelf.standard) { client in
      let store = TokenRepository(client.database)
      let state = AccessState(limit: RateLimit(rate: 1, burst: 2))
      let limited = ContractClient(client.database, auth: .tokens, state: state)
      func ask(_ token: BearerToken, _ path: String = "/orders/1") async throws -> ContractAnswer {
        try await limited.send("GET", path, fields: ["Authorization: Bearer \(token.secret)"])
      }
      let new = NewToken(role: .warehouse, name: Name("test")!)!
      let (mine, yours) = (try await store.create(new).0, try await store.create(new).0)
      let answers = [try await ask(mine), try await ask(mine, "/reports/customers")]
      let last = try await ask(mine)
      let refused = try await ask(mine)
      let other = try await ask(yours)

      #expect(answers.map(\.status) == [404, 403])
      #expect(answers[0].fields["RateLimit-Policy"] == #""requests";q=2;w=2"#)
      #expect(answers[0].fields["RateLimit"] == #""requests";r=1;t=1"#)
      #expect(answers[1].fields["RateLimit"] == nil, "what is not allowed is not counted")
      #expect(last.status == 404 && last.fields["RateLimit"]?.contains("r=0") == true)
      #expect(refused.status == 429 && refused.fields["Retry-After"] == "1")
      #expect(refused.fields["RateLimit"]?.hasPrefix(#""requests";r=0;t="#) == true)
      #expect(try refused.json["code"]?.text == "too_many_requests")
      #expect(other.status == 404)
      #expect(try await limited.get("/livez").fields["RateLimit"] == nil, "probes are not counted")
      #expect(state.denials(.rate) == 1 && state.denials(.role) == 1)
    }
  }

  @Test("counts the requests of each address where no token is needed")
  func rateOfAddress() async throws {
    try await asking(Shelf.standard) { client in
      let limited = ContractClient(
        client.database, state: AccessState(limit: RateLimit(rate: 1, burst: 1)))
      var statuses: [Int] = []
      for address in [1, 1, 2] as [UInt32] {
        limited.address = ClientAddress(v4: address)
        statuses.append(try await limited.get("/orders").status)
      }

      #expect(statuses == [200, 429, 200])
    }
  }

  @Test("does not ask the database about a token it knows, and answers at once what can be")
  func atOnce() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      let token = try await TokenRepository(client.database).create(
        NewToken(role: .admin, name: Name("test")!)!
      ).0
      func reply() throws -> Reply {
        let request = try parse("GET /metrics", fields: ["Authorization: Bearer \(token.secret)"])
        return client.router.reply(to: request, id: .made(0, 7), from: client.address)
      }
      guard case .later(_, _, let first) = try reply() else { throw UnexpectedWait() }
      let status = await first().status
      guard case .now(let second, _) = try reply() else { throw UnexpectedWait() }

      #expect(status == .ok && second.status == .ok)
    }
  }

  @Test("that is not there lets through what is open to anyone, and nothing else")
  func absent() throws {
    let contract = Contract(
      name: "test",
      routes: [
        Route(.get, "/a", "", access: .anyone, immediate: { _, _ in .text(.ok, "") }),
        Route(.get, "/b", "", access: .admin, immediate: { _, _ in .text(.ok, "") }),
      ], explain: { failure, _ in Response(ErrorNotice(failure).status) })
    let router = try Router([Mount("/", contract)])

    let statuses = try ["GET /a", "GET /b"].map { line in
      let reply = router.reply(to: try parse(line), id: .made(0, 7), from: ClientAddress(v4: 1))
      guard case .now(let response, _) = reply else { throw UnexpectedWait() }
      return response.status.code
    }
    #expect(statuses == [200, 401])
  }
}
