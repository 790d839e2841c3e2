import EventLoop
import HTTP
import Telemetry
import TestSupport
import Testing

@testable import HTTPServer

@Suite("A deadline")
struct DeadlineTests {
  let time = ManualClock()

  @Test(
    "ends with 408 for a message that does not arrive, in the form of the site",
    arguments: [
      (sent: "GET / HT", seconds: 10, path: "-", id: nil),
      (sent: "GET /page HTTP/1.1\r\nX-Request-Id: mine\r\nHo", seconds: 10, path: "/page", "mine"),
      (
        sent:
          "POST /echo HTTP/1.1\r\nX-Request-Id: mine\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        seconds: 5, path: "/echo", id: "mine"
      ),
    ] as [(sent: String, seconds: Int, path: String, id: String?)])
  func slowMessage(sent: String, seconds: Int, path: String, id: String?) async throws {
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)
    client.send(sent)
    try await eventually("the connection is open") { server.metrics.connectionsOpen.value == 1 }
    try await server.settle()
    try await server.settle()

    time.advance(by: .seconds(seconds) - .nanoseconds(1), waking: server.thread.loop)
    try await server.settle()
    client.receive()
    #expect(client.received.isEmpty)
    time.advance(by: .nanoseconds(1), waking: server.thread.loop)
    try await client.expectEnd()

    #expect(client.statusLines == ["HTTP/1.1 408 Request Timeout"])
    #expect(client.text.contains("refused \(path): The"))
    if let id { #expect(client.text.contains("X-Request-Id: \(id)\r\n")) }
    let told = server.finished.last?.request.map { String(decoding: $0.path, as: UTF8.self) }
    #expect(told ?? "-" == path)
    #expect(client.text.contains("Connection: close\r\n"))
    #expect(server.metrics.timeouts[.head].value + server.metrics.timeouts[.body].value == 1)
  }

  @Test("is not extended by a head that comes byte by byte")
  func slowLoris() async throws {
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)

    for byte in Array("GET / HTTP".utf8) {
      client.send([byte])
      try await eventually("the byte is read") {
        try await server.settle()
        return server.metrics.connectionsOpen.value == 1
      }
      time.advance(by: .seconds(1), waking: server.thread.loop)
    }
    try await client.expectEnd()

    #expect(client.statusLines == ["HTTP/1.1 408 Request Timeout"])
  }

  @Test("does not treat an empty line after a message as the beginning of another")
  func emptyLine() async throws {
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n")
    try await client.expect("hello")
    try await server.settle()
    time.advance(by: .seconds(29), waking: server.thread.loop)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n")
    try await eventually("it is answered") {
      client.receive()
      return client.statusLines.count == 2
    }
    time.advance(by: .seconds(30), waking: server.thread.loop)
    try await client.expectEnd()

    #expect(client.statusLines == ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK"])
    #expect(server.metrics.timeouts[.idle].value == 1)
    #expect(server.metrics.timeouts[.head].value == 0)
  }

  @Test("ends without an answer for a connection that is idle or never sends anything")
  func idle() async throws {
    let server = try await TestServer(clock: time.clock)
    let silent = try RawClient(port: server.port)
    let resting = try RawClient(port: server.port)
    resting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    try await resting.expect("hello")
    try await eventually("both are open") { server.metrics.connectionsOpen.value == 2 }
    try await server.settle()

    time.advance(by: .seconds(10), waking: server.thread.loop)
    try await silent.expectEnd()
    #expect(silent.received.isEmpty)
    resting.receive()
    #expect(resting.end == nil)
    time.advance(by: .seconds(20), waking: server.thread.loop)
    try await resting.expectEnd()

    #expect(resting.statusLines.count == 1)
    #expect(server.metrics.timeouts[.idle].value == 2)
  }

  @Test("does not end a connection in use: each answer restarts the idle time")
  func inUse() async throws {
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)

    for count in 1...4 {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await eventually("an answer") {
        client.receive()
        return client.statusLines.count == count
      }
      try await server.settle()
      time.advance(by: .seconds(29), waking: server.thread.loop)
      try await server.settle()
    }

    #expect(client.end == nil)
  }

  @Test("closes the connection of a client that does not read its answer")
  func stalled() async throws {
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port, receiveBufferBytes: 4_096)
    client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the answer is put out") { server.finished.count == 1 }

    // The system may take more of a large answer after some turns of the loop, which begins the
    // time anew.
    try await eventually("the connection is gone") {
      time.advance(by: .seconds(10), waking: server.thread.loop)
      return server.metrics.connectionsOpen.value == 0
    }

    #expect(server.metrics.timeouts[.send].value == 1)
  }

  @Test("ends with 503 for a handler that does not return, whose late answer is dropped")
  func handler() async throws {
    let server = try await TestServer(clock: time.clock)
    let client = try RawClient(port: server.port)
    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
    try await eventually("the handler runs") { server.gate.arrivals == 1 }

    time.advance(by: .seconds(30), waking: server.thread.loop)
    try await client.expectEnd()
    server.gate.open(on: server.thread.loop)
    try await eventually("the handler is done") { server.metrics.requestsInFlight.value == 0 }

    #expect(client.statusLines == ["HTTP/1.1 503 Service Unavailable"])
    #expect(client.text.contains("Retry-After: 1\r\n"))
    #expect(client.text.contains("refused /gate: "))
    #expect(server.finished.map(\.serverError) == [.handlerTimeout])
  }
}
