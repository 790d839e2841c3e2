import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

/// What the Application Security Verification Standard of OWASP asks of sessions and cookies at
/// level 2, as far as the service decides it.
@Suite("A session is safe from others")
struct SessionSecurityTests {
  typealias Page = (host: String, origin: String, cookie: String?)
  static let pages: [Page] = [
    ("localhost:8080", "http://localhost:8080", "waybill=#; Path=/; HttpOnly; SameSite=Strict"),
    ("127.0.0.1:8080", "http://127.0.0.1:8080", "waybill=#; Path=/; HttpOnly; SameSite=Strict"),
    ("[::1]:8080", "http://[::1]:8080", "waybill=#; Path=/; HttpOnly; SameSite=Strict"),
    (
      "shop.example.org", "https://shop.example.org",
      "__Host-waybill=#; Secure; Path=/; HttpOnly; SameSite=Strict"
    ),
    // A proxy on the same machine that names the service, and not itself.
    (
      "127.0.0.1:8080", "https://shop.example.org",
      "__Host-waybill=#; Secure; Path=/; HttpOnly; SameSite=Strict"
    ),
    ("shop.example.org", "http://shop.example.org", nil),
    ("192.0.2.7:8080", "http://192.0.2.7:8080", nil),
  ]

  @Test(
    "in a cookie that no script, no other host and nobody on the way can have", arguments: pages)
  func cookie(_ page: Page) async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      var browser = Browser(client: client, host: page.host)
      let answer = try await browser.logIn(
        try await client.token(), fields: Browser.ownPage + ["Origin: \(page.origin)"])
      let rows = try await client.owner.read("SELECT hash FROM console_sessions")

      guard let expected = page.cookie else {
        #expect(answer.status == 403 && answer.fields["Set-Cookie"] == nil)
        #expect(try answer.json["code"]?.text == "not_secure")
        #expect(rows.count == 0, "what cannot be kept is not made")
        return
      }
      let cookie = try #require(answer.fields["Set-Cookie"])
      #expect(cookie.replacing(/[0-9a-f]{64}/, with: "#") == expected)
      let secret = try browser.secret.text
      let stored = try await client.owner.read(
        "SELECT hash = sha256(\(secret)::bytea) FROM console_sessions")
      #expect(try stored[0].bool(0), "only its digest is stored")
      #expect(!answer.body.contains(secret))
      #expect(try await browser.status() == 200)
    }
  }

  @Test("when somebody has planted another one: a log-in is always a new session")
  func fixation() async throws {
    try await loggedIn { client, victim in
      let token = try await client.token(.warehouse)
      var browser = Browser(
        client: client, cookie: "waybill=\(String(repeating: "a", count: 64))")
      #expect(try await browser.status() == 401, "a secret that a client made up is none")
      let planted = browser.cookie
      _ = try await browser.logIn(token)
      #expect(browser.cookie != planted)
      #expect(try await Browser(client: client, cookie: planted).status() == 401)

      let before = browser.cookie
      _ = try await browser.logIn(token)
      #expect(browser.cookie != before)
      try await eventually("the session before is over") {
        try await Browser(client: client, cookie: before).status() == 401
      }
      #expect(try await browser.status() == 200)
      #expect(try await victim.status() == 200, "other sessions are left alone")
    }
  }

  typealias Request = (method: String, fields: [String], type: String?, status: Int)
  static let requests: [Request] = [
    ("POST", ["Sec-Fetch-Site: same-origin"], "application/json", 201),
    ("POST", ["Origin: http://localhost:8080"], "application/json", 201),
    ("POST", ["Sec-Fetch-Site: same-origin"], "application/json; charset=utf-8", 201),
    ("POST", [], "application/json", 403),
    ("POST", ["Sec-Fetch-Site: cross-site"], "application/json", 403),
    ("POST", ["Sec-Fetch-Site: same-site"], "application/json", 403),
    ("POST", ["Sec-Fetch-Site: none"], "application/json", 403),
    ("POST", ["Sec-Fetch-Site: what"], "application/json", 403),
    (
      "POST", ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"], "application/json",
      403
    ),
    (
      "POST", ["Sec-Fetch-Site: cross-site", "Origin: http://localhost:8080"], "application/json",
      403
    ),
    ("POST", ["Origin: http://attacker.example"], "application/json", 403),
    ("POST", ["Origin: http://localhost:3000"], "application/json", 403),
    ("POST", ["Origin: null"], "application/json", 403),
    (
      "POST", ["Origin: http://localhost:8080", "Origin: http://a.example"], "application/json",
      403
    ),
    ("POST", ["Sec-Fetch-Site: same-origin"], "text/plain", 415),
    ("POST", ["Sec-Fetch-Site: same-origin"], "application/x-www-form-urlencoded", 415),
    ("POST", ["Sec-Fetch-Site: same-origin"], nil, 415),
    ("DELETE", ["Sec-Fetch-Site: same-origin"], nil, 404),
    ("DELETE", ["Origin: http://localhost:8080"], nil, 404),
    ("DELETE", [], nil, 403),
    ("DELETE", ["Sec-Fetch-Site: cross-site"], nil, 403),
    ("GET", [], nil, 200),
    ("GET", ["Sec-Fetch-Site: same-origin"], nil, 200),
    ("GET", ["Sec-Fetch-Site: none"], nil, 200),
    ("GET", ["Sec-Fetch-Site: cross-site"], nil, 403),
    ("GET", ["Sec-Fetch-Site: same-site"], nil, 403),
  ]

  @Test(
    "that make its browser send something: only a page of this service can", arguments: requests)
  func forgery(_ request: Request) async throws {
    try await loggedIn { client, browser in
      let target = request.method == "DELETE" ? "/views/99" : "/views"
      let answer = try await browser.send(
        request.method, target,
        request.method == "POST" ? #"{"name":"n","screen":"orders","query":""}"# : "",
        fields: request.fields, type: request.type)
      let count = try await client.owner.read("SELECT count(*) FROM saved_views")[0].int(0)

      #expect(answer.status == request.status, "\(answer.body)")
      #expect(count == (request.status == 201 ? 1 : 0))
      if request.status == 403 { #expect(try answer.json["code"]?.text == "foreign_page") }
    }
  }

  @Test("also at the log-in and the log-out")
  func forgedLogIn() async throws {
    try await loggedIn { client, browser in
      let token = try await client.token(.admin)
      for fields in [[], ["Sec-Fetch-Site: cross-site"], ["Origin: http://attacker.example"]] {
        var other = browser
        let logIn = try await other.logIn(token, fields: fields)
        let logOut = try await browser.send("DELETE", "/console/session", fields: fields)

        #expect(logIn.status == 403 && logIn.fields["Set-Cookie"] == nil)
        #expect(logOut.status == 403 && logOut.fields["Set-Cookie"] == nil)
      }
      let form = try await browser.send(
        "POST", "/console/session", "token=\(token.secret)", type: "text/plain")
      #expect(form.status == 415)
      #expect(try await browser.status() == 200, "it is still logged in, as whom it was")
      #expect(try await browser.send("GET", "/console/session").json["role"]?.text == "retailer")
    }
  }

  @Test("of another origin in open mode, also of a name that was made to lead here (DNS rebinding)")
  func open() async throws {
    try await asking(Shelf.standard) { client in
      let token = try await client.token()
      let body = #"{"token":"\#(token.secret)"}"#
      let json = ["Content-Type: application/json"]
      for (method, body) in [("GET", ""), ("POST", body), ("DELETE", "")] {
        let rebound = try await client.send(
          method, "/console/session", body, fields: json, host: "attacker.example")
        let foreign = try await client.send(
          method, "/console/session", body, fields: json + ["Origin: http://attacker.example"])
        let framed = try await client.send(
          method, "/console/session", body, fields: json + ["Sec-Fetch-Site: cross-site"])

        #expect(rebound.status == 421, "\(method)")
        #expect(foreign.status == 403 && framed.status == 403, "\(method)")
      }
    }
  }

  static let elsewhere = [
    "DELETE /storefront/orders/x", "GET /shop/orders/x", "GET /store/products", "GET /metrics",
    "GET /fulfilment/order",
  ]

  @Test("in other contracts: there it is nothing", arguments: elsewhere)
  func ownAPI(_ line: String) async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      var browser = Browser(client: client)
      _ = try await browser.logIn(try await client.token(.admin))
      let words = line.split(separator: " ").map(String.init)

      #expect(try await browser.status() == 200)
      #expect(try await browser.send(words[0], words[1]).status == 401)
    }
  }

  @Test("who guess: many unknown sessions of an address have to wait, and good ones never")
  func guessing() async throws {
    try await loggedIn { client, browser in
      func guess() async throws -> ContractAnswer {
        var random = SystemRandomNumberGenerator()
        let secret = SessionSecret(using: &random)
        return try await Browser(client: client, cookie: "waybill=\(secret.text)").send(
          "GET", "/orders")
      }
      var statuses: [Int] = []
      for _ in 0..<BadTokens.toleratedCount { statuses.append(try await guess().status) }
      let tooMany = try await guess()
      var random = SystemRandomNumberGenerator()
      var other = Browser(client: client)
      let logIn = try await other.logIn(BearerToken(using: &random))

      #expect(statuses.allSatisfy { $0 == 401 })
      #expect(tooMany.status == 429 && tooMany.fields["Retry-After"] != nil)
      #expect(logIn.status == 429, "tokens at the log-in are guesses, too")
      #expect(try await browser.status() == 200)
    }
  }

  @Test("when a token comes along: that alone counts")
  func bearerFirst() async throws {
    try await loggedIn { client, browser in
      let admin = try await client.token(.admin)
      let fields = ["Content-Type: application/json", "Cookie: \(browser.cookie ?? "")"]
      func ask(_ token: String) async throws -> Int {
        try await client.send(
          "POST", "/tokens", #"{"role":"admin"}"#,
          fields: fields + ["Authorization: Bearer \(token)"]
        ).status
      }

      #expect(try await ask(admin.secret) == 201, "a client with a token need not be a page")
      #expect(try await ask("nonsense") == 401, "a bad token is not made good by a cookie")
    }
  }

  typealias Cookies = (host: String, cookies: String, code: String?)
  static let cookies: [Cookies] = [
    ("localhost", "waybill=GOOD", nil), ("localhost", "a=b; waybill=GOOD; c=d", nil),
    ("localhost", "a=b;waybill=GOOD", nil), ("localhost", "__Host-waybill=GOOD", nil),
    // The one with the prefix cannot have been set by anybody else.
    ("localhost", "waybill=BAD; __Host-waybill=GOOD", nil),
    ("shop.example.org", "__Host-waybill=GOOD", nil),
    ("shop.example.org", "waybill=GOOD", "unauthenticated"),
    ("localhost.attacker.example", "waybill=GOOD", "unauthenticated"),
    ("localhost", "WAYBILL=GOOD", "unauthenticated"),
    ("localhost", "xwaybill=GOOD", "unauthenticated"),
    ("localhost", "waybill", "unauthenticated"), ("localhost", "", "unauthenticated"),
    ("localhost", "waybill=", "session_ended"), ("localhost", "waybill=\"GOOD\"", "session_ended"),
    ("localhost", "waybill=GOOD; waybill=BAD", "session_ended"),
    ("localhost", "waybill=BAD; waybill=GOOD", "session_ended"),
    ("localhost", "waybill=GOOD0", "session_ended"),
    ("localhost", "waybill= GOOD", "session_ended"),
  ]

  @Test("who send several cookies, or look-alikes", arguments: cookies)
  func parsing(_ example: Cookies) async throws {
    try await loggedIn { client, browser in
      let cookies = example.cookies.replacing("GOOD", with: try browser.secret.text)
        .replacing("BAD", with: String(repeating: "0", count: 64))
      let answer = try await Browser(client: client, host: example.host, cookie: cookies).send(
        "GET", "/orders")

      #expect(answer.status == (example.code == nil ? 200 : 401))
      #expect(try answer.json["code"]?.text == example.code)
    }
  }

  @Test("who read what it was answered: no cache may keep it")
  func caching() async throws {
    try await loggedIn { client, browser in
      for target in ["/orders", "/products/dime", "/console/session"] {
        let request = try parse(
          "GET \(target)", fields: Browser.ownPage + ["Cookie: \(browser.cookie ?? "")"])
        let response: Response
        switch client.router.reply(to: request, id: .made(0, 7), from: client.address) {
        case .now(let answer, _): response = answer
        case .later(_, _, let answer): response = await answer()
        default: throw UnexpectedWait()
        }
        #expect(response.status == .ok && response.caching == .never, "\(target)")
      }
    }
  }
}
