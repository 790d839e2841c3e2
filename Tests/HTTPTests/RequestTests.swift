import HTTP
import Testing

@Suite("A request") struct RequestTests {
  @Test("keeps its bytes and finds its parts in them") func parts() throws {
    let request = try parse(
      "POST /orders/a%2Fb?x=1&y HTTP/1.1\r\nHost: shop.example:8080\r\nAccept: text/csv\r\n"
        + "accept:  b \r\nContent-Length: 5\r\n\r\nhello")

    #expect(request.method == .post)
    #expect(String(decoding: request.path, as: UTF8.self) == "/orders/a%2Fb")
    #expect(request.query.map { String(decoding: $0, as: UTF8.self) } == "x=1&y")
    #expect(String(decoding: request.authority, as: UTF8.self) == "shop.example:8080")
    #expect(request.field("accept") == "text/csv")
    #expect(request.fields("accept") == ["text/csv", "b"])
    #expect(!request.hasField("authorization"))
    #expect(request.body == Array("hello".utf8))
    #expect(request.keepAlive)
  }

  @Test(
    "is for the host of its target, else of Host, else for none",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: a:80\r\n\r\n", "a:80", "/"),
      ("GET http://b/c?d HTTP/1.1\r\nHost: a\r\n\r\n", "b", "/c"),
      ("GET http://b?d HTTP/1.1\r\nHost: a\r\n\r\n", "b", "/"),
      ("GET https://[::1]:8080 HTTP/1.1\r\nHost: a\r\n\r\n", "[::1]:8080", "/"),
      ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "a", "*"),
      ("GET /c HTTP/1.0\r\n\r\n", "", "/c"),
    ])
  func authority(text: String, authority: String, path: String) throws {
    let request = try parse(text)

    #expect(String(decoding: request.authority, as: UTF8.self) == authority)
    #expect(String(decoding: request.path, as: UTF8.self) == path)
  }

  @Test("distinguishes no query from an empty one") func query() throws {
    #expect(try parse("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").query == nil)
    #expect(try parse("GET /a? HTTP/1.1\r\nHost: a\r\n\r\n").query == [])
    #expect(try parse("GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n").query == [0x62])
  }

  @Test("finds a field by its whole name and in any letter case") func names() throws {
    let request = try parse(
      "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-AB: 2\r\nETAG: \"z\"\r\nEmpty:\r\n\r\n")

    #expect(request.field("x-a") == "1")
    #expect(request.field("x-ab") == "2")
    #expect(request.field("etag") == "\"z\"")
    #expect(request.field("empty") == "")
    #expect(request.hasField("empty"))
    #expect(request.field("x-") == nil)
    #expect(request.field("-a") == nil)
    #expect(request.fields("host") == ["h"])
  }

  @Test("does not find a field in a value or in the request line") func hidden() throws {
    let request = try parse("GET /x:y HTTP/1.1\r\nHost: a\r\nZ: get /x:y\r\n\r\n")

    #expect(request.field("get /x") == nil)
  }
}

/// The only request in `text`; anything else fails the test.
func parse(_ text: String, limits: MessageLimits = .standard) throws -> Request {
  var parser = RequestParser(limits: limits)
  var offset = 0
  let bytes = Array(text.utf8)
  let step = parser.consume(bytes.span, from: &offset)
  guard case .request(let request) = step else {
    throw Unexpected(step: "\(step)")
  }
  return request
}

struct Unexpected: Error {
  let step: String
}
