import EventLoop
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Two loops that share a listener")
struct SharedListenerTests {
  @Test("share its connections, and the last one to drain closes it")
  func share() async throws {
    let listener = try ListeningSocket(host: "127.0.0.1", port: 0)
    let servers = [
      try await TestServer(listener: listener), try await TestServer(listener: listener),
    ]
    // One after the other, so that both loops wait each time.
    var clients: [RawClient] = []
    for _ in 0..<20 {
      let client = try RawClient(port: listener.port)
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await client.expect("hello")
      clients.append(client)
    }

    #expect(servers.allSatisfy { $0.finished.count >= 5 })
    #expect(servers.map(\.finished.count).reduce(0, +) == 20)
    #expect(try await servers[0].drain().connectionsCut == 0)
    #expect(RawClient.canConnect(to: listener.port))
    #expect(try await servers[1].drain().connectionsCut == 0)
    #expect(!RawClient.canConnect(to: listener.port))
  }
}
