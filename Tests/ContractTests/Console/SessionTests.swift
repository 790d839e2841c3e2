import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A session of the console")
struct SessionTests {
  @Test("says who is logged in, and until when")
  func facts() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      var browser = Browser(client: client)
      let customer = CustomerID("demo-a")!
      let answer = try await browser.logIn(
        try await client.token(.customer(customer), named: "till"))
      let again = try await browser.send("GET", "/console/session")

      #expect(answer.status == 201 && again.status == 200 && again.body == answer.body)
      let facts = try answer.json
      #expect(facts["auth"]?.text == "tokens" && facts["role"]?.text == "customer")
      #expect(facts["name"]?.text == "till" && facts["token"]?.written == "1")
      #expect(facts["customer_id"]?.text == "demo-a" && facts["version"]?.text == "0.0.0")
      #expect(facts["who"]?.text == #"customer demo-a "till" (token 1)"#)
      #expect(facts["idle_seconds"]?.written == "3600")
      let hours = try await client.owner.read(
        """
        SELECT extract(epoch FROM \(facts["expires_at"]?.text)::timestamptz - created_at)::bigint
          FROM console_sessions
        """)[0].int(0)
      #expect((12 * 3_600 - 1...12 * 3_600).contains(hours))
    }
  }

  @Test("is asked about by a token, too")
  func byToken() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      let token = try await client.token(.warehouse)
      let answer = try await client.send(
        "GET", "/console/session", fields: ["Authorization: Bearer \(token.secret)"])

      #expect(answer.status == 200)
      #expect(try answer.json["role"]?.text == "warehouse")
      #expect(try answer.json["expires_at"] == .null)
      #expect(try answer.json["idle_seconds"] == .null)
      #expect(try await client.send("GET", "/console/session", fields: []).status == 401)
    }
  }

  @Test("lets a browser do what the token may, in the token's name")
  func acts() async throws {
    try await loggedIn { client, browser in
      let made = try await browser.send(
        "POST", "/orders", #"{"customer_id":"c","items":[{"product_id":"dime","quantity":1}]}"#)
      let events = try await browser.send("GET", "/orders/1/events")
      let forbidden = try await browser.send("GET", "/tokens")

      #expect(made.status == 201, "\(made.body)")
      #expect(
        try events.json["items"]?.items?.first?["who"]?.text == #"retailer "tablet" (token 1)"#)
      #expect(forbidden.status == 403)
      #expect(try forbidden.json["code"]?.text == "forbidden")
    }
  }

  @Test("shows a customer their own orders alone")
  func customers() async throws {
    try await loggedIn { client, clerk in
      for customer in ["demo-a", "demo-b"] {
        let body =
          #"{"customer_id":"\#(customer)","items":[{"product_id":"dime","quantity":1}]}"#
        #expect(try await clerk.send("POST", "/orders", body).status == 201)
      }
      var browser = Browser(client: client)
      _ = try await browser.logIn(try await client.token(.customer(CustomerID("demo-a")!)))
      let orders = try await browser.send("GET", "/orders").json["items"]?.items

      #expect(orders?.compactMap { $0["customer_id"]?.text } == ["demo-a"])
      #expect(try await browser.status("/products") == 403)
    }
  }

  @Test("ends on every instance when the browser is logged out")
  func logOut() async throws {
    try await loggedIn { client, browser in
      let other = Browser(client: client.other(), cookie: browser.cookie)
      #expect(try await other.status() == 200)
      let answer = try await browser.send("DELETE", "/console/session")
      let again = try await browser.send("DELETE", "/console/session")

      #expect(answer.status == 204 && again.status == 204)
      #expect(
        answer.fields["Set-Cookie"] == """
          __Host-waybill=; Max-Age=0; Secure; Path=/; HttpOnly; SameSite=Strict, \
          waybill=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict
          """)
      for one in [browser, other] {
        try await eventually("it is forgotten") { try await one.status() == 401 }
      }
      let refused = try await browser.send("GET", "/orders")
      #expect(try refused.json["code"]?.text == "session_ended")
      #expect(refused.fields["WWW-Authenticate"] == #"Bearer realm="waybill""#)
    }
  }

  /// What ends a session beside a log-out.
  static let ends: [(name: String, sql: String)] = [
    ("its token is revoked", "UPDATE tokens SET revoked_at = now()"),
    (
      "its token expires",
      "UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now()"
    ),
    (
      "nobody used it for an hour",
      """
      UPDATE console_sessions
         SET used_at = now() - interval '60 minutes', created_at = now() - interval '2 hours',
             ends_at = now()
      """
    ),
    (
      "it is twelve hours old",
      "UPDATE console_sessions SET created_at = now() - interval '12 hours', ends_at = now()"
    ),
    ("somebody deletes it in psql", "DELETE FROM console_sessions"),
  ]

  @Test("ends within a second when it must", arguments: ends)
  func over(_ end: (name: String, sql: String)) async throws {
    try await loggedIn { client, browser in
      #expect(try await browser.status() == 200)
      try await client.run(unsafe: end.sql)
      try await eventually("it is over: \(end.name)") { try await browser.status() == 401 }

      #expect(try await browser.send("GET", "/orders").json["code"]?.text == "session_ended")
      #expect(try await browser.status("/console/session") == 401)
      let request = try parse(
        "GET /events", fields: Browser.ownPage + ["Cookie: \(browser.cookie ?? "")"])
      #expect(await client.services.gate.stillAdmits(request, to: .staff) == false)
    }
  }

  @Test("is prolonged by its use, noted once a minute, and never beyond twelve hours")
  func use() async throws {
    try await loggedIn { client, browser in
      func row() async throws -> (xmin: String, minutesLeft: Int) {
        let row = try await client.owner.read(
          """
          SELECT xmin::text, extract(epoch FROM ends_at - now())::bigint / 60
            FROM console_sessions
          """)[0]
        return (try row.text(0), try row.int(1))
      }
      let opened = try await row()
      #expect(try await Browser(client: client.other(), cookie: browser.cookie).status() == 200)
      let used = try await row()
      #expect(used.xmin == opened.xmin, "a use within a minute is not noted")
      for (age, left) in [("30 minutes", 59...60), ("11 hours 30 minutes", 29...30)] {
        try await client.run(
          unsafe: """
            UPDATE console_sessions
               SET created_at = now() - interval '\(age)', used_at = now() - interval '2 minutes',
                   ends_at = now() + interval '10 minutes'
            """)
        #expect(try await Browser(client: client.other(), cookie: browser.cookie).status() == 200)
        #expect(left.contains(try await row().minutesLeft), "opened \(age) ago")
      }
      let stream = try parse(
        "GET /events", fields: Browser.ownPage + ["Cookie: \(browser.cookie ?? "")"])
      try await client.run(
        unsafe: """
          UPDATE console_sessions SET created_at = now(), used_at = now() - interval '2 minutes',
                                      ends_at = now() + interval '10 minutes'
          """)
      let other = client.other()
      #expect(await other.services.gate.stillAdmits(stream, to: .staff))
      #expect(try await row().minutesLeft < 11, "a stream that goes on is no use")
      #expect(try await Browser(client: other, cookie: browser.cookie).status() == 200)
      #expect(try await row().minutesLeft >= 59, "a request is one, also just after")
      let lastUsed = try await TokenRepository(client.database).list()[0].lastUsedAt
      #expect(lastUsed != nil, "the token is used by it")
    }
  }

  @Test("makes room when its token has a hundred")
  func limit() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      let token = try await client.token()
      var first = Browser(client: client)
      _ = try await first.logIn(token)
      try await client.run(
        """
        UPDATE console_sessions SET used_at = used_at - interval '1 second',
                                    ends_at = ends_at - interval '1 second'
        """)
      for _ in 0..<100 {
        var browser = Browser(client: client)
        #expect(try await browser.logIn(token).status == 201)
      }
      let count = try await client.owner.read("SELECT count(*) FROM console_sessions")[0].int(0)

      #expect(count == 100)
      try await eventually("the oldest is over") { try await first.status() == 401 }
    }
  }

  @Test("is not needed where no token is, and then nobody logs in")
  func open() async throws {
    try await asking(Shelf.standard) { client in
      let browser = Browser(client: client)
      let facts = try await browser.send("GET", "/console/session")
      let token = try await client.token()
      let logIn = try await browser.send(
        "POST", "/console/session", #"{"token":"\#(token.secret)"}"#)

      #expect(facts.status == 200 && logIn.status == 201 && logIn.body == facts.body)
      #expect(logIn.fields["Set-Cookie"] == nil)
      #expect(try facts.json["auth"]?.text == "open" && facts.json["role"] == .null)
      #expect(try facts.json["who"]?.text == "api, no token")
      #expect(try await client.owner.read("SELECT count(*) FROM console_sessions")[0].int(0) == 0)
    }
  }
}
