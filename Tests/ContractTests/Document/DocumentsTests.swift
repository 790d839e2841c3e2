import HTTP
import JSON
import Testing

@testable import OrderAPI

@Suite("What there is to read") struct DocumentsTests {
  private func ask(
    _ path: String, fields: String = "", browser: Documents.Browser? = nil
  ) throws -> Response {
    let documents = Documents(of: Mount.mainPort(), browser: browser)
    let router = Router(
      [Mount("/", Operations.contract(metricsAccess: .admin))],
      services: try .withoutDatabase(documents: documents)
    ) { _, _ in }
    var parser = RequestParser()
    var offset = 0
    let bytes = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n".utf8)
    guard case .request(let request) = parser.consume(bytes.span, from: &offset),
      case .now(let response, _) = router.reply(
        to: request, id: .made(0, 7), from: ClientAddress(v4: 0x7F00_0001))
    else { throw UnexpectedWait() }
    return response
  }

  private func field(_ name: String, _ response: Response) -> String? {
    response.fields.first { "\($0.name)" == name }?.value
  }

  private static let script = [UInt8](repeating: 120, count: 5_000)
  private static let kept = Gzip.compress(script)
  private let files = Documents.Browser(script: kept, style: Gzip.compress([3]))

  @Test(
    "is not sent again to whoever has it",
    arguments: ["/openapi.json", "/docs", "/docs/errors", "/docs/pages.css", "/docs/start.js"])
  func tags(_ path: String) throws {
    let first = try ask(path, browser: files)
    let tag = try #require(field("ETag", first))

    let second = try ask(path, fields: "If-None-Match: \(tag)\r\n", browser: files)

    #expect(first.status == .ok && !first.body.isEmpty)
    #expect(second.status == .notModified && second.body.isEmpty)
  }

  @Test("lets its pages load from here alone, and be framed by nobody", arguments: ["", "/errors"])
  func policy(_ page: String) throws {
    let response = try ask("/docs\(page)", browser: files)

    let policy = try #require(field("Content-Security-Policy", response))
    #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
    #expect(policy.hasSuffix("frame-ancestors 'none'") && !policy.contains("unsafe"))
    #expect(field("Referrer-Policy", response) == "no-referrer")
    let html = String(decoding: response.body, as: UTF8.self)
    #expect(!html.contains("<script>") && !html.contains("style="))
  }

  @Test(
    "is sent compressed as it is kept, and inflated to whoever does not take that",
    arguments: [
      ("gzip, deflate", true), ("*", true), ("br;q=1, GZIP;q=0.5", true), ("", false),
      ("identity", false), ("gzip;q=0", false), ("gzip; q=0.0", false),
    ])
  func compression(_ accepted: String, _ isCompressed: Bool) throws {
    let field = accepted.isEmpty ? "" : "Accept-Encoding: \(accepted)\r\n"

    let response = try ask("/docs/swagger-ui.js", fields: field, browser: files)

    #expect(response.status == .ok)
    #expect((self.field("Content-Encoding", response) == "gzip") == isCompressed)
    #expect(response.body == (isCompressed ? Self.kept : Self.script))
    #expect(self.field("Vary", response) == "Accept-Encoding")
  }

  @Test("is led to with a slash behind it, and the console from the root")
  func redirection() throws {
    let slash = try ask("/docs/", browser: files)
    let root = try ask("/", browser: files)

    #expect(slash.status == .temporaryRedirect && slash.body.isEmpty)
    #expect(field("Location", slash) == "/docs")
    #expect(root.status == .seeOther && root.body.isEmpty)
    #expect(field("Location", root) == "/console")
  }

  @Test("has an icon") func icon() throws {
    let response = try ask("/favicon.ico")

    #expect(response.status == .ok && response.contentType?.value == "image/svg+xml")
    #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("<svg "))
  }

  @Test("without the browser's files says so, and what there is instead") func missing() throws {
    let page = String(decoding: try ask("/docs").body, as: UTF8.self)

    #expect(page.contains("were not found") && page.contains("/openapi.json"))
    #expect(!page.contains("<script"))
    #expect(try ask("/docs/swagger-ui.js").status == .notFound)
    #expect(try ask("/docs/errors").status == .ok)
  }
}
