import HTTP
import TestSupport
import Testing

@Suite("A request parser") struct ParserStateTests {
  @Test("reads nothing more as HTTP after a rejection", arguments: HTTPCorpus.requests)
  func dead(_ example: HTTPCase) {
    guard example.refusal != nil else { return }
    var feed = Feed(example.bytes)
    while case .request = feed.step() {}

    for _ in 0..<3 {
      feed.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let before = feed.offset
      guard case .rejected(let again) = feed.step() else {
        Issue.record("read on")
        return
      }
      #expect(again.status.code == example.refusal)
      #expect(feed.offset == before)
    }
    #expect(feed.parser.phase == .closed)
  }

  @Test("asks once for content that the client holds back, and not for content that is there")
  func expectation() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    var waiting = Feed(head)

    guard case .continueExpected = waiting.step() else { return _ = Issue.record("not asked") }
    guard case .needMore = waiting.step() else { return _ = Issue.record("asked again") }
    waiting.receive("hi")
    guard case .request = waiting.step() else { return _ = Issue.record("not read") }

    var eager = Feed(head + "h")
    guard case .needMore = eager.step() else { return _ = Issue.record("asked too late") }
  }

  @Test("knows which deadline applies") func phases() {
    var feed = Feed("\r\n")
    _ = feed.step()
    #expect(feed.parser.phase == .idle)
    feed.receive("P")
    _ = feed.step()
    #expect(feed.parser.phase == .head)
    feed.receive("OST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
    _ = feed.step()
    #expect(feed.parser.phase == .body(bytesReceived: 2))
    feed.receive("llo")
    _ = feed.step()
    #expect(feed.parser.phase == .idle)
    feed.receive("GET / HTTP/1.0\r\n\r\n")
    _ = feed.step()
    #expect(feed.parser.phase == .closed)
  }

  @Test(
    "gives the rejected request once its request line was valid",
    arguments: [
      ("GET /shop/1 HTTP/1.1\r\nHost: a\r\nX: 1\r\nBad\r\n\r\n", "/shop/1", "1"),
      ("GET /shop/2 HTTP/1.1\r\nX: 2\r\n\r\n", "/shop/2", "2"),
      (
        "POST /shop/3 HTTP/1.1\r\nHost: a\r\nX: 3\r\nContent-Length: 9999999\r\n\r\n", "/shop/3",
        "3"
      ),
      (
        "POST /shop/4 HTTP/1.1\r\nHost: a\r\nX: 4\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "/shop/4", "4"
      ),
      ("GET /shop/5 HTTP/1.1\r\nBad\r\nX: 5\r\n\r\n", "/shop/5", nil),
      ("GET shop/6 HTTP/1.1\r\nHost: a\r\n\r\n", nil, nil),
    ] as [(String, String?, String?)])
  func refused(text: String, path: String?, field: String?) {
    for pieces in [[Array(text.utf8)], text.utf8.map { [$0] }] {
      var parser = RequestParser()
      for piece in pieces {
        var offset = 0
        _ = parser.consume(piece.span, from: &offset)
      }

      #expect(parser.phase == .closed)
      #expect(parser.unfinished.map { String(decoding: $0.path, as: UTF8.self) } == path)
      #expect(parser.unfinished?.field("x") == field)
    }
  }

  @Test("has a status and a sentence for every rejection", arguments: Rejection.allCases)
  func wording(_ rejection: Rejection) {
    #expect((400...505).contains(rejection.status.code))
    #expect(rejection.sentence.hasSuffix("."))
  }
}

/// A parser and the bytes it has yet to take.
struct Feed {
  var parser = RequestParser()
  private(set) var bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }
  init(_ text: String) { self.init(Array(text.utf8)) }

  mutating func receive(_ text: String) { bytes += Array(text.utf8) }
  mutating func step() -> RequestParser.Step {
    let bytes = bytes
    return parser.consume(bytes.span, from: &offset)
  }
}
