import HTTP
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Over a socket, every case of the corpus")
struct CorpusTests {
  @Test("gets one answer for each request, at most one refusal, and nothing after it")
  func corpus() async throws {
    let server = try await TestServer()

    for sample in HTTPCorpus.requests {
      let before = server.finished.count
      let client = try RawClient(port: server.port)
      client.send(sample.bytes)
      client.finishSending()
      try await client.expectEnd()

      let finished = server.finished[before...]
      let refused = finished.compactMap { $0.serverError?.status.code }
      #expect(refused == (sample.refusal.map { [$0] } ?? []), "\(sample)")
      #expect(finished.count == sample.requests.count + refused.count, "\(sample)")
      #expect(finished.map(\.bytesOut).reduce(0, +) <= client.received.count, "\(sample)")
      if sample.refusal != nil {
        #expect(client.text.contains("Connection: close\r\n"), "\(sample)")
        #expect(finished.last?.serverError != nil, "\(sample)")
      }
      if finished.allSatisfy({ $0.request?.method != .head }) {
        let answers = client.statusLines.filter { $0 != "HTTP/1.1 100 Continue" }
        #expect(answers.count == finished.count, "\(sample)")
      }
    }
  }

  @Test("that is refused ends all reading on its connection, whatever follows and however late")
  func deaf() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    try await eventually("the refusal is there") {
      client.receive()
      return !client.received.isEmpty
    }
    for _ in 0..<10 { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
    try await client.expectEnd()

    #expect(client.end == .closed)
    #expect(client.statusLines == ["HTTP/1.1 400 Bad Request"])
    #expect(server.finished.count == 1)
  }

  @Test("that is too large is refused before it is read, and the client can read the refusal")
  func tooLarge() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)

    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n")
    let content = [UInt8](repeating: 0x78, count: 500_000)
    var sent = 0
    while sent < content.count {
      let count = client.send(Array(content[sent...]))
      try #require(count >= 0)
      sent += count
      try await server.settle()
    }
    try await client.expectEnd()

    #expect(client.end == .closed)
    #expect(client.statusLines == ["HTTP/1.1 413 Content Too Large"])
    #expect(client.text.contains("refused /echo: "))
  }
}
