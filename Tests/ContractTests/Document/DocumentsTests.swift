import HTTP
import JSON
import Testing

@testable import OrderAPI

@Suite("What there is to read") struct DocumentsTests {
  private func ask(
    _ path: String, fields: String = "", browser: Documents.Browser? = nil
  ) throws -> Response {
    let documents = Documents(of: try Described.mounts(), browser: browser)
    let router = Router([("/", Described.operations(documents).routeSet)]) { _, _ in }
    var parser = RequestParser()
    var offset = 0
    let bytes = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n".utf8)
    guard case .request(let request) = parser.consume(bytes.span, from: &offset),
      case .now(let response) = router.reply(
        to: request, id: .made(0, 7), from: ClientAddress(v4: 0x7F00_0001)
      ).reply
    else { throw UnexpectedWait() }
    return response
  }

  private func field(_ name: String, _ response: Response) -> String? {
    response.fields.first { "\($0.name)" == name }?.value
  }

  private let files = Documents.Browser(script: [1, 2], style: [3])

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
    "is sent compressed as it is kept, unless that is refused",
    arguments: [
      ("", 200), ("gzip, deflate", 200), ("*", 200), ("br;q=1, GZIP;q=0.5", 200),
      ("identity", 406), ("gzip;q=0", 406), ("gzip; q=0.0", 406),
    ])
  func compression(_ accepted: String, _ status: Int) throws {
    let field = accepted.isEmpty ? "" : "Accept-Encoding: \(accepted)\r\n"

    let response = try ask("/docs/swagger-ui.js", fields: field, browser: files)

    #expect(response.status.code == status)
    #expect((self.field("Content-Encoding", response) == "gzip") == (status == 200))
    #expect((response.body == [1, 2]) == (status == 200))
  }

  @Test("without the browser's files says so, and what there is instead") func missing() throws {
    let page = String(decoding: try ask("/docs").body, as: UTF8.self)

    #expect(page.contains("were not found") && page.contains("/openapi.json"))
    #expect(!page.contains("<script"))
    #expect(try ask("/docs/swagger-ui.js").status == .notFound)
    #expect(try ask("/docs/errors").status == .ok)
  }
}
