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
    #expect(request.field("accept", is: "text/csv"))
    #expect(!request.hasField("authorization"))
    #expect(request.body == Array("hello".utf8))
    #expect(request.keepAlive)
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
