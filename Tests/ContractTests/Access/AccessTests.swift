import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import Testing

@testable import OrderAPI

@Suite("Access")
struct AccessTests {
  /// Runs `body` where tokens are needed, with things of the customer `demo-a` and a token of each
  /// role; the customer's is that of `demo-b`.
  private func guarded(
    _ body: @escaping @Sendable (ContractClient, Guarded) async throws -> Void
  ) async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      try await body(client, try await Guarded(client))
    }
  }

  @Test("is written down for every route there is, and for no other")
  func complete() {
    let routes = MountedRoute.all(of: Mount.mainPort())
    for route in routes {
      let holder: Rights.Holder =
        switch route.route.access {
        case .anyone: .anyone
        case .customer: .customers
        case .roles(let roles): .roles(roles)
        }
      #expect(
        Rights.holder(of: route.template) == holder,
        "\(route) is not in the contract's rights, or another holder is")
    }
    #expect(Set(Rights.table.keys) == Set(routes.map(\.template)))
    #expect(
      Set(TestedContract.all.map(\.contract.name)) == Set(Mount.mainPort().map(\.contract.name)))
  }

  @Test("needs a token that holds, on every route, whose answer is in the contract's envelope")
  func unauthenticated() async throws {
    try await guarded { client, guarded in
      let before = try await guarded.trace(client)
      for (name, authorization) in guarded.unusable {
        for place in client.routes where Rights.holder(of: place.template) != .anyone {
          let answer = try await guarded.ask(client, place, authorization)

          #expect(answer.status == 401, "\(place.template) with \(name): \(answer.body)")
          #expect(
            answer.fields["WWW-Authenticate"]
              == #"Bearer realm="waybill""# + (name == "nothing" ? "" : #", error="invalid_token""#)
          )
          try place.expectEnvelope(answer)
          #expect(!answer.body.contains(guarded.secretPart), "\(place.template) repeats a token")
        }
      }
      let after = try await guarded.trace(client)
      #expect(after == before, "who is refused leaves no trace")
    }
  }

  @Test("is refused on every route to every role that it is not for, and to no other")
  func roles() async throws {
    try await guarded { client, guarded in
      let before = try await guarded.trace(client)
      for place in client.routes {
        for role in RoleName.allCases where !place.isAllowed(role) {
          let answer = try await guarded.ask(client, place, guarded.bearer(role))

          #expect(answer.status == 403, "\(place.template) as \(role): \(answer.body)")
          try place.expectEnvelope(answer)
        }
      }
      let after = try await guarded.trace(client)
      #expect(after == before, "who is refused leaves no trace")
      for place in client.routes {
        for role in RoleName.allCases where place.isAllowed(role) {
          let answer = try await guarded.ask(client, place, guarded.bearer(role))

          #expect(![401, 403, 405].contains(answer.status), "\(place.template) as \(role)")
        }
      }
    }
  }

  @Test("to another customer's things is as to things that do not exist")
  func foreign() async throws {
    try await guarded { client, guarded in
      let before = try await guarded.trace(client)
      var seen = 0
      for place in client.routes where place.isForCustomers && place.template.contains("{") {
        let theirs = try await guarded.ask(client, place, guarded.bearer(.customer))
        let none = try await guarded.ask(client, place, guarded.bearer(.customer), exists: false)

        #expect(theirs.status == 404, "\(place.template): \(theirs.body)")
        #expect(theirs.mended(guarded.names) == none.mended(guarded.names), "\(place.template)")
        try place.expectEnvelope(theirs)
        seen += 1
      }
      let after = try await guarded.trace(client)
      #expect(seen == 10 && before == after)
      for place in client.routes where place.isForCustomers && place.route.method == .get {
        let own = try await guarded.ask(client, place, guarded.owner)
        #expect(own.status == 200, "\(place.template): \(own.body)")
      }
    }
  }

  @Test("to a list shows a customer his own orders and no others")
  func lists() async throws {
    try await guarded { client, guarded in
      func orders(_ query: String, _ bearer: String) async throws -> ContractAnswer {
        try await client.send("GET", "/orders\(query)", fields: [bearer])
      }
      let foreign = try await orders("", guarded.bearer(.customer))
      let own = try await orders("?customer_id=demo-a", guarded.owner)

      #expect(try foreign.json["items"]?.items?.isEmpty == true)
      #expect(try own.json["items"]?.items?.count == 2)
      #expect(try await orders("?customer_id=demo-a", guarded.bearer(.customer)).status == 404)
      for (bearer, count) in [(guarded.bearer(.customer), "0"), (guarded.owner, "2")] {
        #expect(try await orders("?total=exact", bearer).json["total"]?.written == count)
      }
      #expect(try await orders("", guarded.bearer(.warehouse)).json["items"]?.items?.count == 2)
    }
  }

  @Test("without a token is had where the service is open; only the shop asks all the same")
  func open() async throws {
    try await asking(Shelf.standard) { client in
      for bearer: [String] in [[], ["Authorization: Bearer nonsense"]] {
        for (path, status) in [("/orders", 200), ("/metrics", 200), ("/shop/orders/x", 401)] {
          let answer = try await client.send("GET", path, fields: bearer)
          #expect(answer.status == status, "\(path)")
        }
      }
    }
  }

  @Test("puts a change down to whoever's token it was")
  func who() async throws {
    try await guarded { client, guarded in
      let order = guarded.names["/orders/{id}"] ?? ""
      _ = try await client.send(
        "PATCH", "/orders/\(order)/status", #"{"status":"in_progress"}"#,
        fields: ["Content-Type: application/json", guarded.bearer(.warehouse)])
      let events = try await client.send(
        "GET", "/orders/\(order)/events", fields: [guarded.bearer(.admin)]
      ).json["items"]?.items

      #expect(events?.last?["who"]?.text == #"warehouse "test" (token 3)"#)
    }
  }
}
