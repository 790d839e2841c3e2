import HTTP
import JSON
import Orders
import Testing

@testable import OrderAPI

@Suite("Without tokens, a request") struct OpenModeTests {
  private static let hosts = OwnHosts(["192.0.2.7", "Shop.Example.org", "[2001:db8::1]", "waybill"])

  private static func refusal(_ host: String, _ fields: [String] = []) throws -> ErrorCode? {
    let request = try parse("GET /orders", fields: fields, host: host)
    do {
      try hosts.check(request)
      return nil
    } catch {
      return ErrorNotice(error).code
    }
  }

  @Test(
    "is served for the loopback interface and for names that were given, whatever the port",
    arguments: [
      "localhost", "localhost:8080", "LOCALHOST:1", "localhost.", "shop.localhost:8080",
      "127.0.0.1", "127.0.0.1:8080", "127.1.2.3:8080", "127.1", "[::1]:8080", "[::1]",
      "192.0.2.7:8080", "shop.example.org", "SHOP.example.org.:8443", "[2001:db8::1]:8080",
      "waybill:8080",
    ])
  func ownHost(_ host: String) throws { #expect(try Self.refusal(host) == nil) }

  @Test(
    "for another host is refused, also where it looks like one of ours",
    arguments: [
      "attacker.example", "attacker.example:8080", "127.0.0.1.attacker.example",
      "127.attacker.example",
      "127.0.0.1x", "localhost.attacker.example", "notlocalhost", "a.shop.example.org", "192.0.2.8",
      "0.0.0.0:8080", "128.0.0.1", "[::2]", "[2001:db8::2]:8080", "127.0.0.1.1", "127", "127..1",
    ])
  func otherHost(_ host: String) throws { #expect(try Self.refusal(host) == .misdirected) }

  @Test("of HTTP/1.0 may name no host, as no browser leaves it out") func noHost() throws {
    var parser = RequestParser()
    var offset = 0
    let bytes = Array("GET /orders HTTP/1.0\r\n\r\n".utf8)
    guard case .request(let request) = parser.consume(bytes.span, from: &offset) else {
      throw UnexpectedWait()
    }

    try Self.hosts.check(request)
  }

  typealias Page = (host: String, field: String, isOwn: Bool)
  static let pages: [Page] = [
    ("localhost:8080", "Origin: http://localhost:8080", true),
    ("localhost", "Origin: http://localhost", true),
    ("localhost", "Origin: http://localhost:80", true),
    ("localhost:443", "Origin: https://LOCALHOST", true),
    ("[::1]:8080", "Origin: http://[::1]:8080", true),
    // What a proxy with TLS in front makes of it.
    ("waybill:8080", "Origin: https://shop.example.org", true),
    ("localhost:8080", "Origin: http://localhost:3000", false),
    ("localhost:8080", "Origin: http://localhost", false),
    ("localhost:8080", "Origin: http://127.0.0.1:8080", false),
    ("localhost:8080", "Origin: http://attacker.example", false),
    ("localhost:8080", "Origin: https://attacker.example:8080", false),
    ("localhost:8080", "Origin: null", false),
    ("localhost:8080", "Origin: ", false),
    ("localhost:8080", "Origin: file://localhost:8080", false),
    ("localhost:8080", "Origin: http://localhost:8080\r\nOrigin: http://a.example", false),
    ("localhost:8080", "Sec-Fetch-Site: same-origin", true),
    ("localhost:8080", "Sec-Fetch-Site: none", true),
    ("localhost:8080", "Sec-Fetch-Site: same-site", false),
    ("localhost:8080", "Sec-Fetch-Site: cross-site", false),
    ("localhost:8080", "Sec-Fetch-Site: what", false),
  ]

  @Test("of a page is served when the page is ours", arguments: pages)
  func page(_ page: Page) throws {
    let refusal = try Self.refusal(page.host, page.field.split(separator: "\r\n").map(String.init))

    #expect(refusal == (page.isOwn ? nil : .foreignPage))
  }

  @Test("that is refused changes nothing, and is told so in the envelope of each contract")
  func envelopes() async throws {
    try await asking(Shelf.standard) { client in
      let state = AccessState()
      let open = ContractClient(client.database, state: state)
      let guarded = open.routes.filter { $0.route.access != .anyone }
      for place in guarded {
        let path = String(place.template.drop { $0 != "/" })
          .replacing(/\{[^}]*\}/, with: "1")
        let body = place.route.method == .get ? "" : "{}"
        let json = ["Content-Type: application/json"]
        let rebound = try await open.send(
          place.route.method.name, path, body, fields: json, host: "attacker.example")
        let foreign = try await open.send(
          place.route.method.name, path, body, fields: json + ["Origin: http://attacker.example"])

        #expect(rebound.status == 421, "\(place.template)")
        #expect(foreign.status == 403, "\(place.template)")
        if place.contract != "operations" {
          try place.expectEnvelope(rebound)
          try place.expectEnvelope(foreign)
        }
      }
      #expect(!guarded.isEmpty && state.denials(.foreign) == 2 * guarded.count)
    }
  }

  @Test("to what is open to anyone is served whatever it names: probes come by any address")
  func openToAnyone() async throws {
    try await asking { client in
      for path in ["/livez", "/readyz", "/docs/errors"] {
        let answer = try await client.send(
          "GET", path, fields: ["Sec-Fetch-Site: cross-site"], host: "10.1.2.3:8080")
        #expect(answer.status == 200)
      }
      let callback = try await client.send(
        "POST", "/fulfilment/order/a/process-callback", fields: [], host: "anything.example")
      #expect(callback.status == 200 && client.hints.all.count == 1)
    }
  }

  @Test("is not asked where tokens are: those no page has") func tokens() async throws {
    try await asking(Shelf.standard, auth: .tokens) { client in
      let guarded = try await Guarded(client)
      let answer = try await client.send(
        "GET", "/products",
        fields: [guarded.bearer(.admin), "Origin: https://shop.example.org"], host: "any.example")

      #expect(answer.status == 200)
    }
  }
}
