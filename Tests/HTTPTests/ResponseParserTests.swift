import HTTP
import TestSupport
import Testing

@Suite("An answer from another service") struct ResponseParserTests {
  @Test("is read as the RFCs say, however it is split", arguments: HTTPCorpus.responses)
  func corpus(_ example: HTTPResponseCase) {
    let bytes = example.bytes
    #expect(read([bytes], example.method) == example.answer)
    #expect(read(bytes.map { [$0] }, example.method) == example.answer, "byte by byte")
    // A very long one is only split where it gets interesting.
    for position in bytes.indices.dropFirst() where position < 600 || bytes.count - position < 20 {
      let parts = [bytes[..<position], bytes[position...]].map(Array.init)
      let answer = read(parts, example.method)
      if answer != example.answer { Issue.record("split at \(position): \(answer ?? "refused")") }
    }
  }

  @Test("gives its fields") func fields() throws {
    var parser = ResponseParser(answering: .get)
    let bytes = Array(
      "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nX: a\r\nx: b\r\nContent-Length: 0\r\n\r\nrest".utf8)
    var offset = 0

    guard case .response(let response) = parser.consume(bytes.span, from: &offset) else {
      throw Unexpected(step: "no response")
    }

    #expect(response.status == 503)
    #expect(response.field("retry-after") == "5")
    #expect(response.fields("x") == ["a", "b"])
    #expect(response.field("location") == nil)
    #expect(offset == bytes.count - 4)
  }

  @Test("is never accepted again once it was rejected") func dead() {
    var parser = ResponseParser(answering: .get)
    for text in ["nonsense", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] {
      var offset = 0
      guard case .rejected(.badStatusLine) = parser.consume(Array(text.utf8).span, from: &offset)
      else { return _ = Issue.record("not refused") }
    }
    guard case .rejected(.badStatusLine) = parser.end() else {
      return _ = Issue.record("not refused at the end")
    }
  }

  /// `STATUS open|closed body`; nil when refused. The connection ends behind the last piece.
  private func read(_ pieces: [[UInt8]], _ method: String) -> String? {
    var parser = ResponseParser(answering: method == "HEAD" ? .head : .get)
    var last = ResponseParser.Step.needMore
    for piece in pieces {
      var offset = 0
      if case .needMore = last { last = parser.consume(piece.span, from: &offset) }
    }
    if case .needMore = last { last = parser.end() }
    guard case .response(let response) = last else { return nil }
    let body = String(decoding: response.body, as: UTF8.self)
    return "\(response.status) \(response.keepAlive ? "open" : "closed")"
      + (body.isEmpty ? "" : " \(body)")
  }
}
