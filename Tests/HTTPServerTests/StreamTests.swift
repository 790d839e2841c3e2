import EventLoop
import HTTP
import PrivateCluster
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A stream")
struct StreamTests {
  private static let request = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test("is sent in chunks as its pieces come, and leaves the connection for the next request")
  func chunks() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send(Self.request + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    server.script.add("one")
    try await client.expect(containing: "3\r\none\r\n")
    #expect(client.text.contains("Transfer-Encoding: chunked\r\n"))
    #expect(!client.text.contains("Content-Length"))
    #expect(!client.text.contains("hello"))

    server.script.add(.piece([UInt8](repeating: 0x78, count: 26)), .end)
    let last = "1a\r\n" + String(repeating: "x", count: 26) + "\r\n0\r\n\r\nHTTP/1.1"
    try await client.expect(containing: last)
    try await client.expect("hello")
    #expect(server.finished[0].ending == .complete && server.finished[0].route == "/stream")
    #expect(server.finished[0].bytesOut > 40)
    try await eventually("nothing is left of it") { server.script.alive == 0 }
  }

  @Test("ends with the connection where there are no chunks, in HTTP/1.0")
  func version10() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    server.script.add(.piece(Array("one".utf8)), .piece(Array("two".utf8)), .end)
    try await client.expectEnd()
    #expect(client.text.hasSuffix("\r\n\r\nonetwo"))
    #expect(client.text.contains("Connection: close\r\n") && client.end == .closed)
    #expect(!client.text.contains("Transfer-Encoding"))
  }

  @Test("is not made for HEAD")
  func head() async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await client.expect("hello")
    #expect(client.text.contains("Transfer-Encoding: chunked\r\n"))
    // The stream goes with its answer, a moment after that was sent.
    try await eventually("the stream is gone") { server.script.alive == 0 }
    #expect(server.script.asked == 0)
  }

  @Test(
    "that fails is cut, so that nobody takes it for the whole",
    arguments: [("1.1", RawClient.End.closed), ("1.0", .reset)])
  func failure(version: String, end: RawClient.End) async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send("GET /stream HTTP/\(version)\r\nHost: a\r\n\r\n")
    server.script.add("one")
    try await client.expect(containing: "one")
    server.script.add(.failure)
    try await client.expectEnd()
    #expect(client.end == end && !client.text.contains("0\r\n\r\n"))
    #expect(server.finished.map(\.ending) == [.failed])
    #expect(server.metrics.streamsFailed.value == 1)
  }

  @Test("ends at once when its client is gone, while it waits", arguments: [false, true])
  func vanished(hasCrashed: Bool) async throws {
    let server = try await TestServer()
    let client = try RawClient(port: server.port)
    client.send(Self.request)
    server.script.add("one")
    try await client.expect(containing: "one")
    if hasCrashed { client.reset() } else { client.finishSending() }
    try await eventually("the stream is let go") { server.script.alive == 0 }
    try await eventually("it is reported") { server.finished.map(\.ending) == [.clientGone] }
    #expect(server.metrics.streams.value == 0)
  }

  @Test("is asked for no more while its client does not read, and ends when that lasts")
  func slow() async throws {
    let time = ManualClock()
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)
    client.send(Self.request)
    let piece = StreamScript.Step.piece([UInt8](repeating: 0x78, count: 1_000_000))
    for _ in 0..<40 { server.script.add(piece) }
    try await eventually("it has begun") { server.script.asked > 0 }
    // A piece leaves in several turns of the loop, so the system may still take some at first.
    try await eventually("it is closed") {
      time.advance(by: .seconds(10), waking: server.thread.loop)
      try await server.settle()
      return server.metrics.timeouts[.send].value == 1 && server.script.alive == 0
    }
    #expect(server.script.asked < 20)
    #expect(server.metrics.timeouts[.send].value == 1)
    #expect(server.finished.map(\.ending) == [.clientGone])
  }

  @Test("that rests for long is not closed")
  func idle() async throws {
    let time = ManualClock()
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)
    client.send(Self.request)
    server.script.add("one")
    try await client.expect(containing: "one")
    time.advance(by: .seconds(3_600), waking: server.thread.loop)
    try await server.settle()
    server.script.add("two")
    try await client.expect(containing: "two")
  }

  @Test("is told when the server is about to stop, and may end whole")
  func drain() async throws {
    let server = try await TestServer()
    let clients = try (0..<5).map { _ in try RawClient(port: server.port) }
    for client in clients { client.send(Self.request) }
    server.script.add("one")
    for client in clients { try await client.expect(containing: "one") }
    let waiting = try RawClient(port: server.port)
    waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("all are there") { server.metrics.streams.value == 6 }

    let report = try await server.drain()
    #expect(report == Server.DrainReport(connectionsCut: 0, handlersLeft: 0))
    #expect(server.script.endsSoon == 5)
    for client in clients {
      try await client.expectEnd()
      #expect(client.text.hasSuffix("3\r\none\r\n0\r\n\r\n"))
    }
    try await waiting.expectEnd()
    #expect(waiting.text.hasSuffix("waited"))
  }

  @Test("does not count among the requests in flight, and a wait ends when its client is gone")
  func ceilings() async throws {
    var limits = ServerLimits.patient
    limits.requestsInFlightMax = 1
    let server = try await TestServer(limits: limits)
    let waiting = try (0..<5).map { _ in try RawClient(port: server.port) }
    for client in waiting { client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n") }
    try await eventually("all wait") { server.metrics.streams.value == 5 }
    let other = try RawClient(port: server.port)
    other.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
    try await other.expect("later")

    for client in waiting { client.reset() }
    try await eventually("no wait is left") { server.metrics.streams.value == 0 }
  }

  /// The clients are another process, as one may not hold the descriptors of both ends.
  @Test("may be one of 10,000 that rest, and each gets its piece")
  func many() async throws {
    let count = 10_000
    var limits = ServerLimits.patient
    limits.connectionsMax = count
    let server = try await TestServer(limits: limits)
    let clients = """
      import socket, sys
      clients = []
      for _ in range(\(count)):
          client = socket.create_connection(("127.0.0.1", \(server.port)), 120)
          client.sendall(b"GET /stream HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
          clients.append(client)
      for client in clients:
          text = b""
          while b"3\\r\\none\\r\\n" not in text:
              piece = client.recv(4096)
              if not piece:
                  sys.exit("a stream ended after " + repr(text))
              text += piece
      print(len(clients), "got their piece")
      """
    let reader = Task {
      try await blocking {
        ChildProcess.output(of: ["/usr/bin/env", "python3", "-c", clients], seconds: 180)
      }
    }
    try await eventually("all are there") { server.script.asked == count }
    #expect(server.metrics.streams.value == count)
    server.script.add("one")
    #expect(try await reader.value == "\(count) got their piece\n")
  }
}
